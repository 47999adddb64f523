"""Stands in for the worker, or the pages: says that it is ready, on the loopback port it is given.

`python readiness_worker.py PORT [FILE]` writes a line to FILE when it is asked to stop.
"""

import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType


class Ready(BaseHTTPRequestHandler):
    """Answers everything with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def asked_to_stop(number: int, frame: FrameType | None) -> None:
    """Leave word, and go."""
    for told in sys.argv[2:]:
        Path(told).write_text("stopped")
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, asked_to_stop)
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
