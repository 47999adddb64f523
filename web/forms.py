"""What was typed into a form, and what is wrong with it, so that it can be shown again as it was.

form = await Form.read(request)
reason = form.text("reason", missing="Give a reason")
if form.is_right:
    async with form.refusals():
        await cases.act(…, action_id=form.action_id)
        return see(f"/cases/{reference}")
return page(request, "warn.html", title="A warning", form=form)
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, time
from http import HTTPStatus
from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from gateway.attachments import Attachment
from web.outcome import Told, told

ACTION_ID = "action_id"
LONGEST = 20_000  # characters in one field: some ten pages
_MONTHS = "january february march april may june july august september october november december"


class Form:
    """A form as it was filled in; an empty one to begin with.

    `errors` are sentences by the field that they are about, in the order of the page; `told` is
    why the whole was refused, or could not be done just now.
    """

    def __init__(
        self,
        typed: Mapping[str, Sequence[str]] | None = None,
        uploads: Mapping[str, Sequence[UploadFile]] | None = None,
    ) -> None:
        self._typed = {name: list(values) for name, values in (typed or {}).items()}
        self._uploads = {name: list(files) for name, files in (uploads or {}).items()}
        self._whole: list[str] = []
        self.errors: dict[str, str] = {}
        self.told: Told | None = None

    @classmethod
    def filled(cls, **values: str | Sequence[str]) -> "Form":
        """A form that begins with these values."""
        return cls({name: [v] if isinstance(v, str) else list(v) for name, v in values.items()})

    @classmethod
    async def read(cls, request: Request) -> "Form":
        """What was sent. The guard of every page has looked at its token before."""
        sent: FormData = await request.form()
        typed: dict[str, list[str]] = {}
        uploads: dict[str, list[UploadFile]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, str):
                typed.setdefault(name, []).append(value.replace("\r\n", "\n"))
            elif value.filename:
                uploads.setdefault(name, []).append(value)
        return cls(typed, uploads)

    @property
    def is_right(self) -> bool:
        """Whether nothing has been found wrong so far."""
        return not self.errors and not self._whole and self.told is None

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 200, 422, or that of what refused it."""
        if self.told is not None:
            return self.told.status
        return 200 if self.is_right else 422

    @property
    def action_id(self) -> str:
        """The id of the act that this form does, made when it was first shown.

        However often the form is sent, the act counts once.
        """
        known = self.value(ACTION_ID)
        if not known:
            known = str(uuid4())
            self._typed[ACTION_ID] = [known]
        return known

    @property
    def summary(self) -> list[dict[str, str]]:
        """What the error summary lists: each with a link to its field, where it has one."""
        lines = [{"text": words, "href": f"#{name}"} for name, words in self.errors.items()]
        lines += [{"text": words} for words in self._whole]
        if self.told is not None:
            lines += [{"text": sentence} for sentence in self.told.sentences]
        return lines

    def value(self, name: str) -> str:
        """What was typed into a field, as it was typed; empty where nothing was."""
        return next(iter(self._typed.get(name, ())), "")

    @property
    def typed(self) -> dict[str, list[str]]:
        """Everything that was typed or ticked, by the names of the fields."""
        return {name: list(values) for name, values in self._typed.items()}

    def values(self, name: str) -> list[str]:
        """Everything that was ticked, or typed into fields of one name."""
        return list(self._typed.get(name, ()))

    def error(self, name: str, sentence: str) -> None:
        """Notes what is wrong with a field; the first thing stands."""
        self.errors.setdefault(name, sentence)

    def refuse(self, sentence: str) -> None:
        """Notes what is wrong with the whole."""
        self._whole.append(sentence)

    def text(self, name: str, missing: str = "", longest: int = LONGEST) -> str:
        """The words in a field, without space around them; `missing` is the sentence if needed."""
        words = self.value(name).strip()
        if not words and missing:
            self.error(name, missing)
        if len(words) > longest:
            over = len(words) - longest
            self.error(name, f"Make this shorter: it is {over} characters over {longest}")
        return words

    def choice(self, name: str, among: Collection[str], missing: str = "") -> str:
        """The one thing that was chosen; what was not offered counts as nothing."""
        chosen = self.value(name)
        if chosen not in among:
            chosen = ""
        if not chosen and missing:
            self.error(name, missing)
        return chosen

    def choices(self, name: str, among: Collection[str], missing: str = "") -> list[str]:
        """All that was ticked of what was offered."""
        chosen = [value for value in self.values(name) if value in among]
        if not chosen and missing:
            self.error(name, missing)
        return chosen

    def day(self, name: str, missing: str = "") -> date | None:
        """The date in the three fields NAME-day, NAME-month and NAME-year; a month may be a word.

        None where it is empty, or wrong; then the field is marked.
        """
        parts = {part: self.value(f"{name}-{part}").strip() for part in ("day", "month", "year")}
        if not any(parts.values()):
            if missing:
                self.error(name, missing)
            return None
        lacking = [part for part, value in parts.items() if not value]
        if lacking:
            self.error(name, f"The date must include a {' and a '.join(lacking)}")
            return None
        try:
            year = int(parts["year"])
            return date(
                year + 2000 if year < 100 else year, _month(parts["month"]), int(parts["day"])
            )
        except ValueError:
            self.error(name, "Enter a real date, such as 27 3 2027")
            return None

    def hour(self, name: str, missing: str = "") -> time | None:
        """The time of day in a field: 15:30, 3.30pm or 9am. None where it is empty or wrong."""
        words = self.value(name).strip().lower().replace(" ", "").replace(".", ":")
        if not words:
            if missing:
                self.error(name, missing)
            return None
        afternoon, morning = words.endswith("pm"), words.endswith("am")
        hours, _, minutes = words.removesuffix("pm").removesuffix("am").partition(":")
        try:
            number = int(hours)
            if (afternoon or morning) and not 1 <= number <= 12:
                raise ValueError(hours)
            if afternoon or morning:
                number = number % 12 + (12 if afternoon else 0)
            return time(number, int(minutes or 0))
        except ValueError:
            self.error(name, "Enter a time, such as 3.30pm or 15:30")
            return None

    async def attachments(self, name: str, missing: str = "") -> list[Attachment]:
        """The files that were sent in a field, read into memory."""
        files = self._uploads.get(name, [])
        if not files and missing:
            self.error(name, missing)
        return [Attachment(file.filename or "file", await file.read()) for file in files]

    def refusals(self) -> "Refusals":
        """A block (`async with`) in which what refuses the act, or is away, becomes words on the
        form.

        What was typed stays. Anything that has no words of its own is raised as it is.
        """
        return Refusals(self)


class Refusals:
    """The block that `Form.refusals` gives."""

    def __init__(self, form: Form) -> None:
        self._form = form

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, where: object) -> bool:
        words = told(error) if error is not None else None
        if words is None or words.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return False
        self._form.told = words
        return True


def _month(word: str) -> int:
    if word.isdecimal():
        return int(word)
    named = [
        number
        for number, name in enumerate(_MONTHS.split(), start=1)
        if len(word) >= 3 and name.startswith(word.lower())
    ]
    if not named:
        raise ValueError(word)
    return named[0]
