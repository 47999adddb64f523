"""Names, addresses and what people wrote are nowhere in clear: looked for in the raw bytes."""

import base64
from collections.abc import Iterator
from pathlib import Path

from domain.contracts import TASK_QUEUE, case_workflow_id
from storage.payload_codec import encrypted_converter
from tests.faults.servers import (
    WorkerProcess,
    opening_soon,
    reminders_of,
    reminding_today,
    until_found,
)
from tests.support.outbox import Outbox
from tests.support.school import PEOPLE, POLICY, SCHOOL, a_school
from tests.support.temporal import running_temporal
from tests.workflows.conftest import KEYRING

WRITTEN = (
    "Quarrelsome marmalade at the gate.",
    "Because of the marmalade, as he admits.",
    "Marmalade was never mentioned, says the other side.",
)
SECRETS = (
    *(name for name in PEOPLE),
    *(name.split()[1] for name in PEOPLE),
    *(f"{name.split()[0].lower()}@rowan-hill.example" for name in PEOPLE),
    *WRITTEN,
    "marmalade",
)


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it might lie in a file: plain, UTF-16, hex, and base64 at each alignment."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield plain.hex().encode()
    for skipped in range(3):
        # Only whole groups of three bytes have a spelling of their own in base64.
        whole = plain[skipped : skipped + (len(plain) - skipped) // 3 * 3]
        if len(whole) >= 6:
            yield base64.b64encode(whole)


def found_in(where: str, content: bytes) -> list[str]:
    return [
        f"{secret} in {where}"
        for secret in SECRETS
        if any(spelling in content for spelling in spellings(secret))
    ]


async def test_nothing_personal_lies_anywhere_in_clear(tmp_path: Path, outbox: Outbox) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"
    histories: dict[str, bytes] = {}
    with running_temporal(tmp_path) as server:
        client = await server.connect(encrypted_converter(KEYRING))
        async with a_school(url, calendar=opening_soon(8), as_adopted=reminding_today) as school:
            worker = WorkerProcess(tmp_path, url, server.port, outbox.port)
            await worker.start()
            try:
                cases = school.cases(client, TASK_QUEUE)
                concern = school.concern(narrative=WRITTEN[0])
                opened = await cases.open(POLICY, concern, school.actor("asha"))
                reference = opened.reference
                why = {"reason": WRITTEN[1], "clauses": ["ep.expect.speech"]}
                head = school.actor("cara")
                await cases.act(reference, "remind_informally", why, head)
                reply = {"text": WRITTEN[2]}
                await cases.act(reference, "record_response", reply, school.actor("idris"))

                async def reminded() -> list[int]:
                    return await reminders_of(school, reference)

                await until_found("a reminder", reminded)
                handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
                history = await handle.fetch_history()
                histories["history"] = history.to_json().encode()
                histories["events"] = b"".join(e.SerializeToString() for e in history.events)
                metrics = worker.metrics()
            finally:
                worker.stop()
    faults = [*found_in("metrics", metrics)]
    for name, content in histories.items():
        faults += found_in(name, content)
    for path in sorted(tmp_path.iterdir()):
        faults += found_in(path.name, path.read_bytes())
    # A reminder is addressed to somebody; what it says names nobody and quotes nothing.
    for message in outbox.messages:
        faults += found_in("a reminder", str(message["Subject"]).encode())
        faults += found_in("a reminder", str(message.get_content()).encode())
    assert {path.name for path in tmp_path.iterdir()} >= {
        "evenhand.db",
        "temporal.db",
        "worker.log",
    }
    assert outbox.messages
    assert not faults
