"""Typesets a template and its data to a tagged PDF (PDF/UA-1), the same bytes for the same input.

A template is a Typst file. It reads what it was given with one line:

    #let data = json(bytes(sys.inputs.data))

It is written in the house style (`house.typ`), which it may change, and in British English, and it
may use the files that lie beside it. Words go into it as data, never as markup, so that nothing
that somebody typed can be taken for a command.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pydantic_core import to_jsonable_python

HOUSE = Path(__file__).resolve().parent / "house.typ"
_LACKS_A_FIELD = "dictionary does not contain key "
_LACKS_A_GLYPH = ("PDF/UA-1 error: the text `", "` could not be displayed with font")
_FETCHED = re.compile(rb'(?:import|include)\s*"(@[^"]*)"')  # packages, which come by the network
_MOST_SPELLED_OUT = 20  # attempts; each finds every character that it meets


class TypesettingFailed(Exception):
    """A document could not be set; the message names the template, and the field or the line."""

    def __init__(
        self,
        template: str,
        problem: str,
        field: str | None = None,
        place: tuple[str, int] = ("", 1),
    ) -> None:
        self.template = template
        self.problem = problem
        self.field = field
        self.file, self.line = place  # where among several files; "" where it is not known
        super().__init__(f"The document “{template}” could not be set: {problem}")


def typeset(
    template: Path | str,
    data: Mapping[str, Any],
    *,
    title: str,
    at: datetime,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of `template` (a file, or the text of one) with `data`, dated `at`.

    With `files`, the template is the name of one of them, and may use the others by their names;
    nothing is fetched or read from elsewhere then, save what lies beside the house style.

    `data` may hold whatever JSON can, and dates, enums and pydantic models. `title` is the one
    that a reader's window shows. `at` has a time zone. Its text is set in fonts that come with
    the typesetter, then in the machine's own for scripts which these lack; a character that no
    font has is written as its name in square brackets, so that none goes missing.

    Raises TypesettingFailed, and ValueError where `at` has no time zone.
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone: a document's date is a moment.")
    main, name, root = _main(template) if files is None else _among(files, template)
    given: Any = to_jsonable_python(data)
    for attempt in range(_MOST_SPELLED_OUT):
        try:
            return _compile(main, root, given, title, at, own_fonts_only=attempt == 0)
        except typst.TypstError as error:
            missing = _without_a_glyph(error)
            if not missing:
                raise _failed(name, error) from error
            if attempt > 0:
                given, title = _spelled_out(given, missing), _spelled_out(title, missing)
    raise TypesettingFailed(name, "it has characters that no font on this machine has.")


def _main(template: Path | str) -> tuple[bytes, str, Path]:
    if isinstance(template, str):
        return _opening() + template.encode(), "text", HOUSE.parent
    if not template.is_file():
        raise TypesettingFailed(template.name, f"there is no file {template}.")
    where = template.resolve()
    return _opening() + f'#include "{where.name}"\n'.encode(), where.name, where.parent


def _among(files: Mapping[str, bytes], template: Path | str) -> tuple[dict[str, bytes], str, Path]:
    name = str(template)
    if name not in files:
        raise TypesettingFailed(name, "it is not among the files that were given.")
    for file, content in files.items():
        if fetched := _FETCHED.search(content):
            line = content.count(b"\n", 0, fetched.start()) + 1
            problem = f"{file} fetches {fetched[1].decode(errors='replace')}; use files alone."
            raise TypesettingFailed(name, problem, place=(file, line))
    return {"main.typ": _opening() + f'#include "{name}"\n'.encode(), **files}, name, HOUSE.parent


def _opening() -> bytes:
    return HOUSE.read_bytes() + b"#set document(title: sys.inputs.title)\n"


def _compile(
    main: bytes | dict[str, bytes],
    root: Path,
    given: Any,
    title: str,
    at: datetime,
    *,
    own_fonts_only: bool,
) -> bytes:
    compiler = typst.Compiler(root=root, font_paths=_fonts(own_fonts_only=own_fonts_only))
    made = compiler.compile(
        main,  # type: ignore[type-var]  # several files too, as the typesetter documents
        format="pdf",
        sys_inputs={"data": json.dumps(given, ensure_ascii=False), "title": title},
        pdf_standards=["ua-1"],
        timestamp=at.astimezone(UTC).replace(microsecond=0),  # a PDF counts in seconds
    )
    assert isinstance(made, bytes)  # one file, since no output was named
    return made


@cache
def _fonts(*, own_fonts_only: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=not own_fonts_only)


def _without_a_glyph(error: typst.TypstError) -> set[str]:
    before, after = _LACKS_A_GLYPH
    missing: set[str] = set()
    for line in error.diagnostic.splitlines():
        if before in line and after in line:
            quoted = line.split(before, 1)[1].split(after, 1)[0].strip('"')
            missing.update(_unescaped(quoted))
    return missing


def _unescaped(quoted: str) -> str:
    # Combining marks and controls are written as Rust writes them: \u{9be}
    text = ""
    while quoted:
        if quoted.startswith("\\u{"):
            code, quoted = quoted[3:].split("}", 1)
            text += chr(int(code, 16))
        else:
            text, quoted = text + quoted[0], quoted[1:]
    return text


def _spelled_out(given: Any, missing: set[str]) -> Any:
    match given:
        case str():
            return given.translate({ord(one): _name_of(one) for one in missing})
        case list():
            return [_spelled_out(one, missing) for one in given]
        case dict():
            return {key: _spelled_out(value, missing) for key, value in given.items()}
    return given


def _name_of(character: str) -> str:
    return f"[{unicodedata.name(character, f'U+{ord(character):04X}').lower()}]"


def _failed(name: str, error: typst.TypstError) -> TypesettingFailed:
    message = error.message
    line = next((line for line in error.diagnostic.splitlines() if "┌─" in line), "")
    where = line.split("┌─", 1)[-1].strip()
    file, number, *_ = *where.rsplit(":", 2), "", ""
    place = (file.lstrip("/\\"), int(number) if number.isdigit() else 1)
    if message.startswith(_LACKS_A_FIELD):
        field = message.removeprefix(_LACKS_A_FIELD).strip('"')
        return TypesettingFailed(name, f"its field “{field}” was not given.", field, place)
    shown = where.rpartition("/")[2] or name
    return TypesettingFailed(name, f"{message} ({shown}).", None, place)
