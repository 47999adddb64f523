"""A MOCK of GOV.UK Notify's web interface: a third party that no test can reach.

It keeps what it is sent and answers as Notify's documentation says, the newest message first; it
checks nothing else.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse
from uuid import uuid4

SERVICE = "00000000-0000-0000-0000-000000000000"
SECRET = "11111111-1111-1111-1111-111111111111"
KEY = f"a-school-{SERVICE}-{SECRET}"
TEMPLATE = "22222222-2222-2222-2222-222222222222"


class NotifyMock:
    """What was sent, and what to answer: `status` and `errors`, or no answer for `hold` seconds
    after the message was taken."""

    def __init__(self) -> None:
        self.url = ""
        self.sent: list[dict[str, Any]] = []
        self.status = 201
        self.errors: list[dict[str, str]] = []
        self.hold = threading.Event()
        self.hold.set()

    def took(self, reference: str) -> None:
        """It took a message with this reference, and is sending it."""
        self.sent.append({"reference": reference, "id": str(uuid4()), "status": "sending"})

    def failed(self, reference: str, status: str) -> None:
        """It could not deliver the newest message with this reference."""
        newest = [one for one in self.sent if one["reference"] == reference][-1]
        newest["status"] = status

    def found(self, wanted: dict[str, list[str]]) -> dict[str, Any]:
        """What it answers when it is asked for messages: one page of all that fit."""
        names = [name for name in ("reference", "status") if name in wanted]
        fit = [
            one
            for one in reversed(self.sent)
            if all(one[name] == wanted[name][0] for name in names)
        ]
        if "older_than" in wanted:
            fit = []
        links = {"next": f"{self.url}/v2/notifications?older_than={fit[-1]['id']}"} if fit else {}
        return {"notifications": fit, "links": links}


@contextlib.contextmanager
def mocked_notify() -> Iterator[NotifyMock]:
    """Serves the mock on a free loopback port."""
    mock = NotifyMock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if mock.status == 201:
                self._answer(200, mock.found(parse_qs(urlparse(self.path).query)))
            else:
                self._answer(mock.status, {"status_code": mock.status, "errors": mock.errors})

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if mock.status == 201:
                mock.sent.append(given | {"id": str(uuid4()), "status": "sending"})
                mock.hold.wait(10)
                self._answer(201, {"id": "3", "reference": given["reference"]})
            else:
                self._answer(mock.status, {"status_code": mock.status, "errors": mock.errors})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mock.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield mock
    finally:
        mock.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
