"""The clauses of a code as they are offered, and those that what somebody typed speaks of.

The match is plain, so that it can be explained: words of the text that also stand in the clause, or
that mean much the same. Rare words count for more than words that stand in many clauses.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from math import log
from typing import NamedTuple

from domain.policy import Clause, Policy
from domain.vocabulary import Role
from gateway.wording import spoken

FOUND_AT_MOST = 6

# Words that people use for one another. Each line is one family; the first word names it.
_FAMILIES = [
    line.split()
    for line in """
speech speak spoke spoken talk talked interrupt tone voice shout scream yell raise loud
respect respectful disrespect rude insult swear curse abuse abusive offend offensive name-calling
aggression aggressive threat threaten intimidate intimidating violent violence hit push frighten
courtesy courteous polite politely politeness impolite manners calm calmly
writing write wrote written e-mail email mail message text letter whatsapp
recording record recorded film filmed tape video phone photograph photo camera
media online facebook instagram twitter tiktok post posted social whatsapp group internet
confidence confidential confidentiality private gossip secret disclose overhear share tell told
meeting meet appointment review
child children pupil pupils young son daughter
staff teacher head headteacher office colleague member
site gate playground building premises entrance reception classroom
time late punctual wait waiting promise promised delay reply answer respond response telephone call
parent parents carer family mother father mum dad
advocate friend representative supporter
record note notes minutes
complaint complain complaints grievance
defame defamatory lie lies false untrue rumour harass harassment bully bullying target
alcohol drunk drink drugs smoke smoking weapon dog
""".strip().splitlines()
]
_STOP = frozenset(
    """
    a about after again all also am an and any are as at be because been before being but by can
    could did do does doing done down for from further get got had has have having he her here hers
    him his how i if in into is it its just like may me might mine more most much must my no nor not
    now of off on once one only or other our out over own said say says see she should so some such
    than that the their theirs them then there these they this those though through to too under
    until up upon us very was way we went were what when where whether which while who whom whose
    why will with would you your mr mrs ms miss dr said came go going know
    """.split()
)
_WORD = re.compile(r"[a-z]+(?:[-'’][a-z]+)*")
_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s", "er")
_SHORTEST = 3


class Option(NamedTuple):
    """Something that can be chosen: what it stands for, what it is called, and a hint.

    `group` is the heading under which it stands, "" where there is none.
    """

    value: str
    label: str
    hint: str = ""
    group: str = ""


class FoundClause(NamedTuple):
    """A clause that a text speaks of, and the words of the text by which it was found."""

    clause: str
    words: tuple[str, ...]


def clause_options(policy: Policy) -> tuple[Option, ...]:
    """Every clause of a code, grouped by whom it binds."""
    return tuple(
        Option(clause.id, clause.text, clause.place, _group(clause)) for clause in policy.clauses
    )


def _group(clause: Clause) -> str:
    if clause.binds is None:
        return "For everybody"
    if clause.binds in (Role.PARENT, Role.ADVOCATE):
        return f"What is asked of {_PLURALS[clause.binds]}"
    return f"What the {spoken(clause.binds)} answers for"


_PLURALS = {Role.PARENT: "parents and carers", Role.ADVOCATE: "advocates"}


def find_clauses(
    policy: Policy, text: str, respondent: Role | None, *, at_most: int = FOUND_AT_MOST
) -> list[FoundClause]:
    """The clauses of a code that a text speaks of, the best first.

    A clause is found by each different word of the text that it shares; a word counts for more the
    fewer clauses have it. Only clauses that may bind the `respondent` (None: the school, or the
    service) are looked at.
    """
    typed = _by_stem(text)
    if not typed:
        return []
    index = _index(policy)
    weights = {
        stem: log(1 + len(index) / sum(stem in stems for stems in index.values()))
        for stem in typed
        if any(stem in stems for stems in index.values())
    }
    found = []
    for place, clause in enumerate(policy.clauses):
        if not may_bind(clause, respondent):
            continue
        shared = [stem for stem in weights if stem in index[clause.id]]
        if not shared:
            continue
        score = sum(weights[stem] for stem in shared)
        words = tuple(dict.fromkeys(typed[stem] for stem in shared))
        found.append((-score, place, FoundClause(clause.id, words)))
    return [one for _, _, one in sorted(found)[:at_most]]


def may_bind(clause: Clause, respondent: Role | None) -> bool:
    """Whether the respondent of a case (None: the school, or the service) can fall short of it."""
    if respondent is not None:
        return clause.binds in (respondent, None)
    return clause.binds not in (Role.PARENT, Role.ADVOCATE)


def _index(policy: Policy) -> dict[str, frozenset[str]]:
    return {clause.id: _cached(clause.text) for clause in policy.clauses}


@lru_cache(maxsize=2048)
def _cached(text: str) -> frozenset[str]:
    return frozenset(_by_stem(text))


def _by_stem(text: str) -> dict[str, str]:
    """Each meaning in a text, with the first word that carries it."""
    found: dict[str, str] = {}
    for word in _words(text):
        for meaning in _meanings(word):
            found.setdefault(meaning, word)
    return found


def _words(text: str) -> Iterable[str]:
    return (word for word in _WORD.findall(text.casefold()) if word not in _STOP)


def _meanings(word: str) -> tuple[str, ...]:
    stem = _stem(word)
    if len(stem) < _SHORTEST:
        return ()
    return _KIN.get(stem, ()) or (stem,)


def _stem(word: str) -> str:
    word = word.replace("’", "'").removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word.removesuffix(ending)
            break
    # “stopped” and “stop”, “recording” and “record(e)”.
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORTEST else word


def _kin() -> dict[str, tuple[str, ...]]:
    kin: dict[str, tuple[str, ...]] = {}
    for number, family in enumerate(_FAMILIES):
        for word in family:
            stem = _stem(word)
            kin[stem] = (*kin.get(stem, ()), f"#{number}")
    return kin


_KIN = _kin()
