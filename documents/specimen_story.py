"""The made-up people and the made-up story of the specimens. Nobody and nothing here is real."""

from typing import Any, NamedTuple

from domain.letter_facts import ComplaintsFacts, Reachable, ReferralFacts
from domain.letter_templates import SchoolDetails
from domain.vocabulary import Track


class Who(NamedTuple):
    """A made-up person."""

    name: str
    greeting: str
    role: str = ""
    telephone: str | None = None
    address: tuple[str, ...] = ()


class Side(NamedTuple):
    """The made-up people on the school's side, or on the service's."""

    signatory: Who
    contact: Who
    raiser: Who
    adviser: Who


STREET = ("12 Sample Street", "Sampletown", "SA1 1AA")
FAMILY = Who("Hana Novak", "Ms Novak", address=STREET)
ADVOCATE = Who("Daniel Reyes", "Mr Reyes", address=("3 Example Row", "Sampletown", "SA1 2BB"))
_ADVISER = Who(
    "Children’s Services, Sample Council", "colleague", address=("Town Hall", "Sampletown")
)
OFFICE = Side(
    signatory=Who("Sam Okafor", "", "Headteacher"),
    contact=Who("Priya Shah", "", "senior leader", "020 7946 0124"),
    raiser=Who("Ben Carter", "Mr Carter"),
    adviser=_ADVISER,
)
SERVICE = Side(
    signatory=Who("Ruth Adeyemi", "", "Manager of the service"),
    contact=Who("Tom Price", "", "adviser at the service", "020 7946 0125"),
    raiser=FAMILY,
    adviser=_ADVISER,
)

SAMPLE = SchoolDetails(
    address=("1 School Lane", "Sampletown", "SA1 1ZZ"),
    telephone="020 7946 0123",
    email="office@school.example",
    website="https://www.school.example",
    code_read_at="https://www.school.example/code",
    complaints=ComplaintsFacts(
        how="Please write to the clerk to those who oversee us, at clerk@school.example.",
        read_at="https://www.school.example/complaints",
    ),
    sendiass=Reachable(
        name="Sample SENDIASS",
        telephone="020 7946 0999",
        email="help@sendiass.example",
        website="https://www.sendiass.example",
    ),
)

HAPPENED = {
    Track.PARENT_CONDUCT: "On Friday 11 September 2026, at the gate, you and a member of our staff "
    "spoke about the lunch arrangements. Your voice was raised, and other families heard what was "
    "said.",
    Track.ADVOCATE_CONDUCT: "In our meeting on Friday 11 September 2026 our special needs "
    "coordinator was interrupted several times, and was told that she did not know what she was "
    "doing.",
    Track.SCHOOL_CONCERN: "You told us that your child came home without the support that was "
    "agreed in June, and that two messages about it were not answered.",
    Track.SERVICE_CONCERN: "You told us that the visit arranged for Friday 11 September 2026 did "
    "not take place, and that nobody told you why.",
}

REASONS: dict[str, str] = {
    "informal-reminder": "Our colleague was upset, and found it hard to go on with her day.",
    "formal-reminder": "We wrote to you in June about something much like it. We would like to "
    "find out what stands in the way.",
    "warning": "It has happened again since our reminder. Staff have told us that they are afraid "
    "of the next conversation, and that is not good for the child.",
    "intention-to-restrict": "It has gone on since our warning. Two members of staff have asked "
    "not to be alone in such a conversation.",
    "interim-restriction": "What was said made our staff fear for their safety.",
    "restriction": "It has gone on since our warning, and our offers to meet were not taken up. A "
    "limit for a while lets everybody come to rest, and the child's support goes on.",
    "variation": "Things have become calmer, and less is needed than before.",
    "review-result": "We spoke with everybody who is concerned, and looked at what has happened "
    "since the limit began.",
    "lifting": "Nothing further has happened, and we believe that we can work together again.",
    "external-advice": "We would like to be sure that what we do next is fair.",
    "referral": "We have tried a conversation, a reminder and a warning. We would like to know "
    "what else could help before we decide.",
    "resolution-meeting": "Letters have not brought us together. A conversation may.",
    "meeting-cancelled": "Somebody who was to come is unwell. We will suggest another day.",
    "mediation": "We see some things differently, and we would like to understand each other.",
    "closure": "We have talked about it with everybody who is concerned, and there is nothing left "
    "to do.",
}

CHANGES = "From today less is limited than before. What is left is in this list."
DISCUSSED: dict[str, Any] = {
    "discussed": (
        "How the support that was agreed in June has gone.",
        "What each of us finds hard in our conversations.",
    ),
    "decided": (
        "Priya Shah telephones Hana Novak each Friday until half-term.",
        "We meet again on Thursday 22 October 2026.",
    ),
}
ANSWER = (
    "You told us that you were worried that day. We understand that, and we are sorry for our part "
    "in it. We still think that everybody needs some quiet for a while."
)
OFFERED = (
    "A governor who takes neither side, or a friend of yours, comes with you to any meeting. Or we "
    "meet by video call, if that is easier for you."
)
REFERRED = ReferralFacts(
    consented_on="Monday 14 September 2026",
    sent=True,
    words="Dear colleagues,\n\nA parent would like to be in touch with you.\n\nName: Hana Novak",
)
