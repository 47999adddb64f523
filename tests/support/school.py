"""A school that tests act in: its people, its code, a worker, and the door to its cases."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry
from temporalio.client import Client

from domain.actions import Actor
from domain.calendar import SchoolCalendar
from domain.policy import Policy
from domain.vocabulary import Role
from gateway.cases import PATIENCE, Cases
from gateway.stores import Stores, open_stores
from gateway.telemetry import Metrics
from settings import HERE
from storage.database import open_database
from storage.keys import MasterKey
from storage.migrations import upgrade
from storage.policy_files import load_policy
from storage.signing_keys import SigningKeys
from storage.term_files import load_calendar

SCHOOL = "rowan-hill"
MASTER_KEY = MasterKey(b"m" * 32)
AUDIT_KEYS = SigningKeys({"test": b"a" * 32})
POLICY = "eleanor-palmer-advocates"
CALENDAR = load_calendar(HERE / "terms" / "sample.yaml")

PEOPLE = {
    "Asha Karim": (Role.STAFF,),
    "Ben Okafor": (Role.SENIOR_LEADER,),
    "Cara Lindqvist": (Role.HEADTEACHER,),
    "Dafydd Rees": (Role.CHAIR_OF_GOVERNORS,),
    "Elif Demir": (Role.GOVERNOR,),
    "Farah Siddiqui": (Role.CLERK,),
    "Gil Navarro": (Role.ADMINISTRATOR,),
    "Hana Novak": (Role.PARENT,),
    "Idris Bello": (Role.ADVOCATE,),
}


@dataclass(frozen=True, kw_only=True)
class SchoolInTest:
    """A school with people known by their first names in lower case."""

    stores: Stores
    people: dict[str, str]

    def actor(self, who: str, role: Role | None = None) -> Actor:
        """The person with this first name, in their first role unless another is given."""
        name = next(name for name in PEOPLE if name.lower().startswith(who))
        return Actor(person=self.people[who], role=role or PEOPLE[name][0])

    def cases(
        self,
        client: Client,
        task_queue: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: timedelta = PATIENCE,
    ) -> Cases:
        """The door to this school's cases."""
        return Cases(
            self.stores,
            client,
            SCHOOL,
            task_queue=task_queue,
            now=now,
            metrics=Metrics(CollectorRegistry()),
            patience=patience,
        )

    def concern(self, **changed: Any) -> dict[str, Any]:
        """The fields of a concern about the advocate Idris, who acts for Hana."""
        fields = {
            "track": "advocate_conduct",
            "respondent": "Idris Bello",
            "family": "Hana Novak",
            "severity": "moderate",
            "narrative": "Spoke over the class teacher for most of the review meeting.",
        }
        return fields | changed


@contextlib.asynccontextmanager
async def a_school(
    database_url: str,
    policies: tuple[str, ...] = (POLICY,),
    *,
    calendar: SchoolCalendar = CALENDAR,
    as_adopted: Callable[[Policy], Policy] = lambda policy: policy,
) -> AsyncIterator[SchoolInTest]:
    """A migrated database with the school, its calendar, its codes and its people.

    `as_adopted` may change a code before the school adopts it.
    """
    database = open_database(database_url)
    await upgrade(database)
    await database.close()
    stores = open_stores(database_url, MASTER_KEY)
    try:
        digest = await stores.shelf.publish_calendar(calendar)
        await stores.shelf.set_school(SCHOOL, "Rowan Hill Primary School", digest)
        for policy in policies:
            loaded = as_adopted(load_policy(HERE / "policies" / f"{policy}.yaml"))
            await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(loaded))
        people = {}
        for name, roles in PEOPLE.items():
            first = name.split()[0].lower()
            people[first] = await stores.people.add_person(
                SCHOOL, name, f"{first}@rowan-hill.example", roles
            )
        yield SchoolInTest(stores=stores, people=people)
    finally:
        await stores.close()
