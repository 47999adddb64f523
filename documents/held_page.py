"""What is held about a person as one page of HTML, which needs nothing beside it."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from domain.held import Held, HeldCase, HeldEvent, HeldRestriction, HeldText

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3, h4 { line-height: 1.2; margin: 2em 0 0.5em; }
h1 { margin-top: 0.5em; }
h2 { border-top: 3px solid; padding-top: 0.6em; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: 0.3rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.happened { list-style: none; padding: 0; }
.happened > li { margin: 0 0 1em; }
.when { font-variant-numeric: tabular-nums; }
blockquote { margin: 0.4em 0 0.4em 0; padding-left: 1rem; border-left: 4px solid; }
blockquote p { margin: 0.3em 0; white-space: pre-line; }
.left-out { font-style: italic; }
@media (max-width: 36rem) { dl { display: block; } dd { margin-bottom: 0.5em; } }
@media print { body { font-size: 11pt; max-width: none; } h2, h3, h4 { break-after: avoid; } }
"""


def page(held: Held) -> str:
    """The page: in British English, with headings in order, a way past the contents, no scripts."""
    title = f"What {held.school} holds about you"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Made on {escape(held.made)}.</p>",
        *([f"<p>{escape(held.request)}</p>"] if held.request else []),
        _paragraphs(held.how_to_read),
        '<nav aria-labelledby="contents"><h2 id="contents">What is in here</h2><ul>',
        *(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, name in _contents(held)),
        "</ul></nav>",
        *_section("you", "Who you are", [_you(held)]),
        *_section("people", "Other people in here", [_list(held.people) or _NONE_NAMED]),
        *(part for case in held.cases for part in _case(case)),
    ]
    if not held.cases:
        body += _section("cases", "Cases", ["<p>You have no part in any case.</p>"])
    if held.entries:
        words = ["<p>What was entered in the school's register about you, or by you.</p>"]
        body += _section("register", "In the register", [*words, *_events(held.entries)])
    rights = [
        part
        for right in held.rights
        for part in (f"<h3>{escape(right.title)}</h3>", f"<p>{escape(right.text)}</p>")
    ]
    body += _section("rights", "Your rights", rights)
    content = "\n".join(body)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the content</a>\n<main id="main">\n{content}\n'
        f"</main>\n</body>\n</html>\n"
    )


_NONE_NAMED = "<p>Nobody else.</p>"


def _contents(held: Held) -> Iterable[tuple[str, str]]:
    yield "you", "Who you are"
    yield "people", "Other people in here"
    for case in held.cases:
        yield _anchor(case), f"Case {case.reference}"
    if not held.cases:
        yield "cases", "Cases"
    if held.entries:
        yield "register", "In the register"
    yield "rights", "Your rights"


def _anchor(case: HeldCase) -> str:
    return f"case-{escape(case.reference)}"


def _section(anchor: str, heading: str, parts: Sequence[str]) -> list[str]:
    return [f'<h2 id="{anchor}">{escape(heading)}</h2>', *parts]


def _you(held: Held) -> str:
    return _facts(
        ("Name", held.name),
        ("E-mail address", held.address or "None is held."),
        ("Your part at the school", ", ".join(held.roles) or "None is held."),
        ("Added on", held.added),
    )


def _case(case: HeldCase) -> list[str]:
    parts = [
        _facts(
            ("What it is about", case.about),
            ("Under", case.code),
            ("Your part", " ".join(case.parts)),
            ("Opened on", case.opened),
            *([("Closed on", case.closed)] if case.closed else []),
            ("How it stands", case.stands),
            ("How long it is kept", case.kept),
        ),
        _paragraphs(case.withheld, left_out=True),
    ]
    if case.clauses:
        parts += ["<h3>The parts of the code that it is about</h3>", _list(case.clauses)]
    parts += _texts_under("Adjustments agreed with you", case.adjustments)
    for restriction in case.restrictions:
        parts += _restriction(restriction)
    parts += _texts_under("Your written side", case.representations)
    if case.next or case.what_happens_next:
        parts.append("<h3>What happens next, and when</h3>")
        parts += [_paragraphs([case.what_happens_next])] if case.what_happens_next else []
        parts.append(_list([f"{one.day}: {one.what}" for one in case.next]))
    if case.notices:
        parts += [
            "<h3>Notices sent to you</h3>",
            _list([f"{one.day}: {one.about} (SHA-256 {one.digest})" for one in case.notices]),
        ]
    if case.looked:
        parts += ["<h3>Who has looked at it</h3>", _list(case.looked)]
    if case.events:
        parts += ["<h3>What happened</h3>", *_events(case.events, level=4)]
    return _section(_anchor(case), f"Case {case.reference}", [part for part in parts if part])


def _restriction(restriction: HeldRestriction) -> list[str]:
    return [
        f"<h3>A limit on: {escape(restriction.limits)}</h3>",
        _facts(
            ("It is", restriction.stands),
            ("From", restriction.starts),
            ("Looked at again by", restriction.review),
        ),
        *map(_text, restriction.texts),
    ]


def _events(events: Sequence[HeldEvent], level: int = 3) -> list[str]:
    parts = []
    for day, happened in groupby(events, key=lambda event: event.day):
        parts += [f"<h{level}>{escape(day)}</h{level}>", '<ul class="happened">']
        parts += [_event(event) for event in happened]
        parts.append("</ul>")
    return parts


def _event(event: HeldEvent) -> str:
    moment = f'<time datetime="{event.at.isoformat()}">{escape(event.time)}</time>'
    clauses = f"<p>It rests on:</p>{_list(event.clauses)}" if event.clauses else ""
    texts = "".join(map(_text, event.texts))
    what = f"{escape(event.what)}{escape(f', {event.by}' if event.by else '')}."
    return f'<li><span class="when">{moment}</span> {what}{clauses}{texts}</li>'


def _texts_under(heading: str, texts: Sequence[HeldText]) -> list[str]:
    return [f"<h3>{escape(heading)}</h3>", *map(_text, texts)] if texts else []


def _text(text: HeldText) -> str:
    if text.text is None:
        why = f'<span class="left-out">{escape(text.left_out or "")}</span>'
        return f"<p><b>{escape(text.kind)}:</b> {why}</p>"
    return f"<p><b>{escape(text.kind)}:</b></p><blockquote><p>{escape(text.text)}</p></blockquote>"


def _facts(*facts: tuple[str, str]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(a)}</dt><dd>{escape(b)}</dd>' for a, b in facts)}</dl>"


def _list(words: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in words)}</ul>" if words else ""


def _paragraphs(words: Iterable[str], *, left_out: bool = False) -> str:
    opening = '<p class="left-out">' if left_out else "<p>"
    return "".join(f"{opening}{escape(one)}</p>" for one in words)
