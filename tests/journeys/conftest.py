"""The command line, at a prompt and beside a running service."""

from collections.abc import Iterator

import pytest

from tests.support.up import Prompt, Up


@pytest.fixture
def prompt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Prompt:
    """Runs commands in a wide terminal."""
    monkeypatch.setenv("COLUMNS", "120")
    return Prompt(capsys)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running service with the sample school, which the module's commands talk to."""
    up = Up(tmp_path_factory.mktemp("service"))
    with up.running("--sample"), pytest.MonkeyPatch.context() as patch:
        for name, value in up.settings.items():
            patch.setenv(name, value)
        yield up
