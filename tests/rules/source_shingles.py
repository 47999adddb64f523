"""Fingerprints of the source documents, so that a pack can be held against them without them.

A shingle is seven words in a row; its fingerprint is the first twelve hex digits of its SHA-256.
The fingerprints stand in `source_shingles.json`. When a document changes, make them anew from the
folder in which the documents stand:

    python -m tests.rules.source_shingles FOLDER
"""

import json
import re
import sys
from hashlib import sha256
from pathlib import Path

SHINGLE = 7
FINGERPRINTS = Path(__file__).with_name("source_shingles.json")


def shingles(text: str) -> dict[str, str]:
    """Each run of seven words in `text`, small letters and no punctuation, by its fingerprint."""
    words = re.findall(r"[a-z0-9]+", re.sub("['’]", "", text.lower()))
    runs = (" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))
    return {sha256(run.encode()).hexdigest()[:12]: run for run in runs}


def known_fingerprints() -> dict[str, frozenset[str]]:
    """The fingerprints of each document, by the document's name."""
    stored = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))
    return {document: frozenset(prints.split()) for document, prints in stored.items()}


def main(folder: Path) -> None:
    """Writes the fingerprints of every text file in `folder`."""
    documents = {
        path.name: " ".join(sorted(shingles(path.read_text(encoding="utf-8"))))
        for path in sorted(folder.glob("*.txt"))
    }
    FINGERPRINTS.write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
