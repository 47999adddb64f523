"""People as those who act name them, and in what they may act."""

from domain.actions import Actor
from domain.case import Case
from domain.contracts import Refusal
from domain.vocabulary import Role, Rule
from gateway.errors import ActionRefused, BadRequest
from storage.people import People, Person, PersonNotFound


async def one_person(people: People, school: str, given: str) -> Person:
    """The one person at the school whom `given` (name, address or id) names, erased or not.

    Raises PersonNotFound, with near names, or BadRequest where it could be several.
    """
    found = await people.find(school, given)
    exact = [p for p in found if given.casefold() in (p.id, p.name.casefold(), p.email)]
    if len(exact or found) > 1:
        names = ", ".join(f"{person.name} ({person.id})" for person in exact or found)
        raise BadRequest(f"“{given}” could be: {names}. Give the id.")
    if not found:
        raise PersonNotFound(school, given)
    return (exact or found)[0]


async def check_actor(people: People, actor: Actor) -> None:
    """Refuses somebody who does not hold the role they act in. Raises ActionRefused."""
    person = await people.person(actor.person)
    if actor.role not in person.roles:
        held = ", ".join(sorted(role.value.replace("_", " ") for role in person.roles))
        raise ActionRefused(
            Refusal(
                error="NotAuthorised",
                rule=Rule.AUTHORITY,
                sentence=(
                    f"You do not hold the role “{actor.role.value.replace('_', ' ')}” at this "
                    f"school; you hold: {held or 'none'}."
                ),
            )
        )


def about(case: Case, actor: Actor) -> tuple[str, ...]:
    """Whose key a text on this case is kept under: the first of these who is not erased.

    What a family writes is theirs; anything else is about the person whom the case is about.
    """
    if actor.role in (Role.PARENT, Role.ADVOCATE):
        return (actor.person,)
    concerned = (case.respondent, case.family, case.raised_by, actor.person)
    return tuple(dict.fromkeys(person for person in concerned if person))
