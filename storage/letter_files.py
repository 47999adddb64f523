"""The folder of letters: which there are, their words and looks, and a school's own over ours.

A school's folder holds what it wants otherwise, by the same names: `warning/words.md`,
`common/how-to-answer.md`, `layout.typ`, and `school.yaml` with its letterhead. What it leaves out
is ours. A folder `schools/<id>` in it does the same for one school among several.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from domain.errors import near_names
from domain.letter_templates import LetterTemplates, Logo, SchoolDetails, Source
from domain.letters import Letter
from domain.policy import Frozen
from storage.policy_reading import PolicyFileError, read_model
from storage.policy_yaml import Finding

LETTERS = Path(__file__).resolve().parent.parent / "letters"
INDEX = LETTERS / "index.yaml"
SCHOOL = "school.yaml"
SCHOOLS = "schools"
LARGEST = 1_000_000  # bytes, of any one file
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = 24  # bytes, up to its width and height
_IGNORED = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class _Index(Frozen):
    letters: tuple[Letter, ...]


def load_letters(path: Path = INDEX) -> dict[str, Letter]:
    """Each letter in the index, by its id. Raises PolicyFileError with all that is wrong."""
    index, _ = read_model(path, _Index)
    return {letter.id: letter for letter in index.letters}


def load_templates(folder: Path | None = None, *, school: str | None = None) -> LetterTemplates:
    """What letters are made from: ours, then those of `folder`, then those of one `school` in it.

    Raises PolicyFileError with every file that can't be used or has a name that no letter has.
    """
    letters = load_letters()
    folders = [folder] if folder else []
    if folder and school and (folder / SCHOOLS / school).is_dir():
        folders.append(folder / SCHOOLS / school)
    gathering = _Gathering(letters)
    gathering.take(LETTERS)
    for one in folders:
        gathering.take_own(one)
    if gathering.findings:
        raise PolicyFileError(gathering.findings)
    return LetterTemplates(
        letters=letters,
        words=gathering.words,
        typst=gathering.typst,
        school=gathering.school,
        logo=gathering.logo,
    )


def write_details(folder: Path, details: SchoolDetails) -> None:
    """Writes a `school.yaml` that says these details into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    told = details.model_dump(mode="json", exclude_none=True, exclude_computed_fields=True)
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    (folder / SCHOOL).write_text(text, encoding="utf-8")


def schools_in(folder: Path) -> tuple[str, ...]:
    """The ids of the schools that have a folder of their own in a school's folder."""
    inside = folder / SCHOOLS
    return tuple(sorted(one.name for one in inside.iterdir())) if inside.is_dir() else ()


def _is_png(content: bytes) -> bool:
    return content.startswith(_PNG) and len(content) > _PNG_HEADER


def _is_svg(content: bytes) -> bool:
    try:
        return "<svg" in content.decode()
    except UnicodeDecodeError:
        return False


class _Gathering:
    """Takes files up folder by folder; the later one wins."""

    def __init__(self, letters: dict[str, Letter]) -> None:
        self.letters = letters
        self.words: dict[str, Source] = {}
        self.typst: dict[str, Source] = {}
        self.school = SchoolDetails()
        self.logo: Logo | None = None
        self.findings: list[Finding] = []

    def take(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and path.suffix in (".md", ".typ"):
                self._keep(path, name)

    def take_own(self, folder: Path) -> None:
        """Takes a school's own files; a name that nothing reads is a finding, or a typo is lost."""
        if not folder.is_dir():
            self._find(folder, "There is no such folder: check its name.")
            return
        known = self._known_names()
        for path, name in self._files(folder):
            if name == SCHOOL:
                self._take_school(path)
            elif path.suffix == ".typ" and "/" not in name:
                self._keep(path, name)  # Typst files may use others of any name beside them
            elif path.suffix in (".md", ".typ"):
                if name in known:
                    self._keep(path, name)
                else:
                    self._find(path, f"No letter is made from “{name}”.{near_names(name, known)}")
            elif path.suffix not in (".svg", ".png"):
                self._find(
                    path, "Only .md, .typ, .svg, .png and school.yaml are used: take it out."
                )

    def _files(self, folder: Path) -> Iterator[tuple[Path, str]]:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and path.name not in _IGNORED and not name.startswith(f"{SCHOOLS}/"):
                yield path, name

    def _known_names(self) -> set[str]:
        own = {f"{letter}/{file}" for letter in self.letters for file in ("words.md", "letter.typ")}
        return own | {name for name in self.words if name.startswith("common/")}

    def _keep(self, path: Path, name: str) -> None:
        content = self._read(path)
        if content is None:
            return
        try:
            source = Source(file=str(path), text=content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self._find(path, "This is not text in UTF-8: save the file as that.", line)
            return
        (self.words if path.suffix == ".md" else self.typst)[name] = source

    def _take_school(self, path: Path) -> None:
        try:
            details, reading = read_model(path, SchoolDetails)
        except PolicyFileError as error:
            self.findings += error.findings
            return
        said = details.model_fields_set
        self.school = self.school.model_copy(update={one: getattr(details, one) for one in said})
        if details.logo:
            line = reading.line_of("logo")
            self._take_logo(path, details.logo, details.logo_alt, line)

    def _take_logo(self, school: Path, name: str, alt: str | None, line: int) -> None:
        path = school.parent / name
        if alt is None:
            message = "Say in logo_alt what the logo shows, for whoever can't see it."
            self._find(school, message, line, "logo_alt")
        elif "/" in name or "\\" in name or path.suffix not in (".svg", ".png"):
            message = f"“{name}” must be the name of an .svg or .png file beside school.yaml."
            self._find(school, message, line, "logo")
        elif not path.is_file():
            beside = [one.name for one in school.parent.iterdir() if one.suffix in (".svg", ".png")]
            message = f"There is no file “{name}” beside school.yaml.{near_names(name, beside)}"
            self._find(school, message, line, "logo")
        elif (content := self._read(path)) is not None:
            if _is_png(content) if path.suffix == ".png" else _is_svg(content):
                self.logo = Logo(file=name, content=content, alt=alt)
            else:
                self._find(path, f"This is not what its name says ({path.suffix}): save it anew.")

    def _read(self, path: Path) -> bytes | None:
        try:
            content = path.read_bytes()
        except OSError as error:
            self._find(path, f"This file can't be read: {error.strerror}.")
            return None
        if len(content) > LARGEST:
            self._find(path, f"This file is larger than {LARGEST:,} bytes: make it smaller.")
            return None
        return content

    def _find(self, path: Path, message: str, line: int = 1, field: str = "") -> None:
        self.findings.append(Finding(file=path, line=line, field=field, message=message))
