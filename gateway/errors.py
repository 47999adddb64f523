"""What can go wrong between a person and a case, in sentences that say what to do."""

from domain.contracts import Refusal
from domain.errors import EvenhandError


class ServiceUnreachable(EvenhandError):
    """A service that this needs can't be reached."""

    def __init__(self, service: str, where: str, how_to_start: str) -> None:
        self.service = service
        self.where = where
        self.how_to_start = how_to_start
        super().__init__(f"{service} at {where} can't be reached. {how_to_start}")


class ActionRefused(EvenhandError):
    """A rule refused the action; `refusal` says which, and who may."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.sentence)


class StillWaiting(EvenhandError):
    """The action was accepted and will be recorded, but it is not on the record yet."""

    def __init__(self, reference: str, action_id: str) -> None:
        self.reference = reference
        self.action_id = action_id
        super().__init__(
            f"The action on {reference} was accepted, and will be on the record once the database "
            "and the worker answer again. You need not repeat it; if you do, give the same action "
            f"id ({action_id}) and it will count once."
        )


class RecordAlarm(EvenhandError):
    """The record holds something else where this event belongs."""


class AttachmentRefused(Exception):
    """Files that came with a reply are not taken, and nothing was done or kept.

    `findings` has a sentence for each. They name the files, so they are for whoever sent them.
    """

    def __init__(self, *findings: str) -> None:
        self.findings = findings
        super().__init__("\n".join(findings))


class NotAsRecorded(Exception):
    """A stored file is not the one that the record commits to."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"The file {file} is not the one that was received: it was changed since, or its key "
            "was. It was not written. Run `evenhand audit verify`, and look into a backup."
        )


class BadRequest(EvenhandError):
    """What was given can't be made into an action; each problem is a sentence about one field."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


class NothingHeld(EvenhandError):
    """The person was erased, so there is nothing to give them."""

    def __init__(self, person: str, erased: str) -> None:
        self.person = person
        super().__init__(
            f"The data of {person} was erased on {erased}. The school holds nothing that says who "
            "this was, so there is nothing to give: events keep this id alone."
        )
