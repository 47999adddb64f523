"""The versions of a school's codes: which there are, how they differ, and adopting one."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from domain.actions import Actor
from domain.contracts import Refusal
from domain.difference import Part
from domain.errors import CaseError
from domain.office import adopt_code
from domain.policy import Policy
from domain.policy_difference import difference
from domain.views import AT_THE_MACHINE
from gateway.errors import ActionRefused
from gateway.persons import check_actor
from gateway.stores import Stores
from storage.going_on import open_under
from storage.registrar import append_entries, entries_of_action, hold_register
from storage.shelf import adopted_in, put_adopted


class Version(NamedTuple):
    """A version of a code. `published` says whether a school can have cases under it;
    `current` whether this school opens new cases under it; `open_cases` how many run under it."""

    policy: Policy
    published: bool
    current: bool
    open_cases: int


class CodePreview(NamedTuple):
    """What adopting a version would do: how it differs from the present one (None: there is
    none), and how many open cases stay under which earlier version, by its number."""

    policy: Policy
    current: Policy | None
    parts: tuple[Part, ...]
    staying: tuple[tuple[str, int], ...]


class Codes:
    """The codes of one school. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now

    async def versions(self, packs: Sequence[Policy] = ()) -> dict[str, list[Version]]:
        """Every version that there is, the newest first, by the policy's id.

        `packs` are those that lie in the folder of packs; they need not be published yet.
        """
        shelf = self._stores.shelf
        current = {one.digest for one in await shelf.current_policies(self._school)}
        running = await open_under(self._stores.database, self._school)
        found: dict[str, list[Version]] = {}
        seen: set[str] = set()

        def add(policy: Policy, *, published: bool) -> None:
            if policy.digest not in seen:
                seen.add(policy.digest)
                cases = running.get(policy.digest, 0)
                version = Version(policy, published, policy.digest in current, cases)
                found.setdefault(policy.policy, []).append(version)

        for one in await shelf.published():
            add(await shelf.policy(one.digest), published=True)
        for pack in packs:
            add(pack, published=False)
        for versions in found.values():
            versions.sort(key=lambda one: _number(one.policy.version), reverse=True)
        return dict(sorted(found.items()))

    async def preview(self, policy: Policy) -> CodePreview:
        """What adopting a version would do; nothing is changed."""
        current = await self._current(policy.policy)
        running = await open_under(self._stores.database, self._school)
        staying: list[tuple[str, int]] = []
        for one in await self._stores.shelf.published():
            if one.policy == policy.policy and running.get(one.digest):
                staying.append((one.version, running[one.digest]))
        parts = difference(current, policy) if current else ()
        return CodePreview(policy, current, parts, tuple(staying))

    async def adopt(self, policy: Policy, actor: Actor, *, action_id: str | None = None) -> bool:
        """Opens new cases under this version from now on; open cases keep theirs.

        Whether anything changed. Raises PolicyVersionTaken, ActionRefused.
        """
        if actor != AT_THE_MACHINE:
            await check_actor(self._stores.people, actor)
        await self._stores.shelf.school(self._school)
        digest = await self._stores.shelf.publish_policy(policy)
        id_ = action_id or str(uuid4())

        def work(connection: Connection) -> bool:
            hold_register(connection, self._school)
            if entries_of_action(connection, self._school, id_):
                return False
            was = adopted_in(connection, self._school, policy.policy)
            fact = adopt_code(actor, policy, was)
            if fact is None:
                return False
            put_adopted(connection, self._school, policy.policy, digest)
            append_entries(connection, self._school, [fact], actor, id_, self._now())
            return True

        try:
            return await self._stores.database.transact(work)
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error

    async def _current(self, policy: str) -> Policy | None:
        current = await self._stores.shelf.current_policies(self._school)
        return next((one for one in current if one.policy == policy), None)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
