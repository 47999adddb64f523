"""From a pack's YAML file to its policy, or to a list of everything that is wrong with it."""

from pathlib import Path

from domain.policy import Policy
from domain.policy_check import check_policy
from storage.letter_files import INDEX, load_letters
from storage.policy_reading import PolicyFileError, read_model
from storage.policy_yaml import Finding

__all__ = ["Finding", "PolicyFileError", "load_policies", "load_policy"]


def load_policy(path: Path, *, letters: Path = INDEX) -> Policy:
    """The policy in the pack at `path`, its ladders proved sound; `letters` is the letters' index.

    Raises PolicyFileError with everything that is wrong: faults of form, or else of the ladders.
    """
    policy, reading = read_model(path, Policy)
    for problem in check_policy(policy, load_letters(letters)):
        reading.find(reading.line_of(problem.field), problem.field, problem.message)
    if reading.findings:
        raise PolicyFileError(reading.findings)
    return policy


def load_policies(folder: Path, *, letters: Path = INDEX) -> list[Policy]:
    """The policies in all packs of `folder`, in the order of their files' names.

    Raises PolicyFileError with everything that is wrong in any of them.
    """
    policies: list[Policy] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            policies.append(load_policy(path, letters=letters))
        except PolicyFileError as error:
            findings.extend(error.findings)
    if not policies and not findings:
        message = "There are no packs (*.yaml) in this folder: check its name."
        findings.append(Finding(file=folder, line=1, field="", message=message))
    if findings:
        raise PolicyFileError(findings)
    return policies
