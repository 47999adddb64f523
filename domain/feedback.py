"""Feedback on a service: what concerns were about, as counts in which nobody can be recognised.

A parent partnership service passes on to its local authority what parents say about it
(Professional Standards, appendix, ix). What leaves the service is how often each theme came up, and
nothing else.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from pydantic import AwareDatetime

from domain.errors import EvenhandError
from domain.period import Period
from domain.policy import Frozen, Policy
from domain.suppression import SMALLEST_SHOWN, Flow, withheld

_ALL = "all"
_END = "end"


class NoThemes(EvenhandError):
    """No code names themes of feedback, so there is nothing to count."""

    def __init__(self) -> None:
        super().__init__(
            "None of the codes that are in use here names themes of feedback, so there is nothing "
            "to count. A service's code lists them under `themes`."
        )


class ThemeCount(Frozen):
    """How many concerns touched a theme; None where the number is withheld."""

    title: str
    concerns: int | None


class Feedback(Frozen):
    """The themes of a period, in the code's order. `concerns` is None where it is withheld."""

    service: str
    period: Period
    made_at: AwareDatetime
    concerns: int | None
    themes: tuple[ThemeCount, ...]

    @property
    def withholds(self) -> bool:
        """Whether a number is left out."""
        return self.concerns is None or any(theme.concerns is None for theme in self.themes)

    @property
    def empty(self) -> bool:
        """Whether there was no concern at all."""
        return self.concerns == 0


def themes_of(policy: Policy, clauses: Collection[str]) -> frozenset[str]:
    """The ids of the themes that a concern which cites `clauses` touches."""
    return frozenset(theme.id for theme in policy.themes if set(theme.clauses) & set(clauses))


def feedback(
    service: str,
    period: Period,
    made_at: AwareDatetime,
    policy: Policy,
    concerns: Iterable[Collection[str]],
) -> Feedback:
    """Counts `concerns`, each given as the clauses that it cites.

    A theme that one to four concerns touched is withheld, and so is whatever would give it away:
    another theme where the sum of all would, and how many concerns there were, of which the rest
    could be taken off. Raises NoThemes.
    """
    if not policy.themes:
        raise NoThemes()
    counted: Counter[str] = Counter()
    total = 0
    for clauses in concerns:
        total += 1
        counted.update(themes_of(policy, clauses))
    flows = {theme.id: Flow(_ALL, _END, counted[theme.id]) for theme in policy.themes}
    # The sum is not published, but whoever knows that each concern had one theme knows it.
    flows[_ALL] = Flow(_END, _ALL, counted.total(), total=True)
    hidden = withheld(flows)
    small = 0 < total < SMALLEST_SHOWN
    return Feedback(
        service=service,
        period=period,
        made_at=made_at,
        concerns=None if small or hidden else total,
        themes=tuple(
            ThemeCount(
                title=theme.title,
                concerns=None if theme.id in hidden else counted[theme.id],
            )
            for theme in policy.themes
        ),
    )
