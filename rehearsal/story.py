"""A story: who does what to which case, how long after the step before, and what is expected."""

import json
import re
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.calendar import Span
from domain.errors import near_names
from domain.policy import Identifier, Words
from domain.vocabulary import ActionName, Role, Rule, Stage
from gateway.compose import CLASSES, PERSON_FIELDS, SET_FOR_YOU, TEXT_FIELDS, takes_files
from gateway.errors import BadRequest
from gateway.wording import spoken
from storage.policy_reading import PolicyFileError, read_model
from storage.policy_yaml import Finding

MAIN = "main"


def _clock_time(text: str) -> str:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"“{text}” is not a time of day; write 14:00")
    return text


class Character(BaseModel):
    """Somebody in the story, with the roles that they hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Words
    roles: tuple[Role, ...] = Field(min_length=1)


class StoryStep(BaseModel):
    """One step. Fields that are not listed here are the action's own.

    A step without an action lets time pass. In the action's own fields, people are named as in
    `people`; a date or moment may be a span from now, such as “20 school days”; a restriction,
    meeting or adjustment may be `latest`, and a deadline is named by its follow-up or duty.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    after: Span | None = None
    hour: Annotated[str, AfterValidator(_clock_time)] | None = Field(default=None, alias="time")
    who: Words | None = Field(default=None, alias="as")
    action: ActionName | None = None
    case: Identifier = MAIN
    expect: Literal["refused"] | None = None
    safeguard: Rule | None = None
    reaches: Stage | None = None
    letters: Literal["none"] | None = None  # none: what goes with the action is not written
    attachments: tuple[Words, ...] = ()  # files in the story's folder, or in one below it
    note: Words | None = None  # said in the timeline, for whoever reads the rehearsal

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        files = bool(self.attachments)
        if self.action is None and (
            self.who or self.expect or self.letters or self.fields or files
        ):
            raise ValueError("a step with no action has only after, time, reaches and note")
        if files and self.action is not None and not takes_files(self.action):
            raise ValueError(f"no file goes with {self.action.value} (attachments)")
        if self.action is not None and self.who is None:
            raise ValueError("say who does it (as): a role or a person")
        if (self.expect is None) != (self.safeguard is None):
            raise ValueError("expect: refused and the safeguard's name go together")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        """The action's own fields, as written."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def time_of_day(self) -> time | None:
        """The local time at which it happens, where the story says so."""
        if self.hour is None:
            return None
        hour, minute = self.hour.split(":")
        return time(int(hour), int(minute))


class Story(BaseModel):
    """A whole story, as its file says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Identifier
    title: Words
    start: date
    school: Words | None = None  # the name in its letters, where it is not the code's own
    calendar: str = "sample.yaml"
    people: tuple[Character, ...] = Field(min_length=1)
    steps: tuple[StoryStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _everybody_is_known(self) -> Self:
        known = {person.name for person in self.people}
        held = {role.value for person in self.people for role in person.roles}
        for number, step in enumerate(self.steps, start=1):
            if step.who and step.who not in known and step.who.replace(" ", "_") not in held:
                near = near_names(step.who, known | held)
                raise ValueError(f"step {number}: nobody in people is “{step.who}”.{near}")
        return self


class StoryFile(BaseModel):
    """A story and the lines on which its steps stand."""

    model_config = ConfigDict(frozen=True)

    path: Path
    story: Story
    lines: tuple[int, ...]

    def beside(self, names: Sequence[str]) -> list[Path]:
        """The files with these names in the story's folder. Raises BadRequest."""
        folder = self.path.resolve().parent
        paths = [(folder / name).resolve() for name in names]
        for name, path in zip(names, paths, strict=True):
            if not path.is_relative_to(folder):
                raise BadRequest(f"{name} is outside the story's folder.")
            if not path.is_file():
                raise BadRequest(f"There is no file {name} beside the story.")
        return paths


def load_story(path: Path) -> StoryFile:
    """The story in the file at `path`. Raises PolicyFileError with file, line, field and why."""
    story, reading = read_model(path, Story)
    lines = tuple(reading.at(("steps", number))[0] for number in range(len(story.steps)))
    return StoryFile(path=path, story=story, lines=lines)


def wrong_policy(path: Path, given: str, wanted: str) -> PolicyFileError:
    """The error for a story that was written for another policy."""
    message = f"This story is for {given}, and the pack is {wanted}."
    return PolicyFileError([Finding(file=path, line=1, field="policy", message=message)])


def schema() -> dict[str, Any]:
    """The JSON schema of a story file, with each action's own fields in a step that does it."""
    described = Story.model_json_schema(by_alias=True)
    step = described["$defs"]["StoryStep"]
    step["allOf"] = [
        {
            "if": {"properties": {"action": {"const": name.value}}, "required": ["action"]},
            "then": {"properties": own, "additionalProperties": True},
        }
        for name in CLASSES
        if (own := _own_fields(name))
    ]
    return described


def _own_fields(action: ActionName) -> dict[str, Any]:
    fields = [name for name in CLASSES[action].model_fields if name not in SET_FOR_YOU]
    return {name: _described(action, name) for name in fields}


def _described(action: ActionName, field: str) -> dict[str, Any]:
    if field in TEXT_FIELDS[action]:
        return {"type": "string", "description": "A text, in clear."}
    if field in PERSON_FIELDS[action]:
        names = {"type": "string", "description": "Somebody in people."}
        return {"anyOf": [names, {"type": "array", "items": names}]}
    return {"description": CLASSES[action].model_fields[field].description or spoken(field)}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
