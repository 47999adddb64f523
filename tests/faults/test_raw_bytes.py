"""The search for what must not lie in clear finds it, however it is spelt and packed."""

import base64
import json
import quopri
import zipfile
from pathlib import Path

from tests.faults.raw_bytes import found_in, found_in_files


def test_every_spelling_is_looked_for() -> None:
    hidden = "Zoë Brontë"
    for content in (
        f"x{hidden}x".encode(),
        hidden.encode("utf-16"),
        json.dumps({"name": hidden}).encode(),
        base64.b64encode(f"ab{hidden}".encode()),
        hidden.encode().hex().encode(),
        quopri.encodestring(hidden.encode()),
    ):
        assert found_in("a file", content, [hidden])
    assert not found_in("a file", b"Zo and Bront", [hidden])


def test_an_archive_is_looked_into(tmp_path: Path) -> None:
    hidden = "Zoë Brontë"
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("words.txt", f"so said {hidden} " * 20)

    assert found_in_files(tmp_path, [hidden])
