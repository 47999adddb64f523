"""Reads one YAML file as a model, or says everything that keeps it from being one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import EvenhandError
from storage.policy_sentences import sentence
from storage.policy_yaml import Finding, Reading, read_yaml

Model = TypeVar("Model", bound=BaseModel)


class PolicyFileError(EvenhandError):
    """The file can't be used as it is. `findings` say where, what and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        # What is said once and used often is wrong once.
        once = {(str(f.file), f.line, f.message): f for f in reversed(findings)}
        self.findings = tuple(once[place] for place in sorted(once))
        super().__init__("\n".join(str(finding) for finding in self.findings))


def read_model(path: Path, model: type[Model]) -> tuple[Model, Reading]:
    """The `model` in the file at `path`, and where each of its values stands.

    Raises PolicyFileError with every fault of form that the file has.
    """
    reading = read_yaml(path)
    try:
        read = model.model_validate(reading.data) if reading.data is not None else None
    except ValidationError as error:
        read = None
        for fault in error.errors(include_url=False):
            if fault["type"] == "too_short" and fault["input"]:
                continue  # pydantic counts only the entries without faults, which are told already
            line, name = reading.at(tuple(part for part in fault["loc"] if part != "[key]"))
            reading.find(line, name, sentence(fault, model))
    if read is None or reading.findings:
        raise PolicyFileError(reading.findings)
    return read, reading
