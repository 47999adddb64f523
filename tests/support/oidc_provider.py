"""A real provider of OpenID Connect on the loopback, in a process of its own, for a test."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import serving


class OidcProvider:
    """The provider, and the people whom it knows."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"

    def knows(self, subject: str, **claims: Any) -> None:
        """From now on the provider says this of somebody."""
        answer = httpx.put(f"{self.issuer}/users/{subject}", json=claims)
        answer.raise_for_status()

    def signs_in(self, address: str, subject: str) -> str:
        """What somebody does there: says who they are. Where it sends their browser then."""
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def denies(self, address: str) -> str:
        """Where it sends the browser of somebody who will not."""
        answer = httpx.post(address, data={"action": "deny"})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextlib.contextmanager
def running_provider(folder: Path) -> Iterator[OidcProvider]:
    """A provider on a free port, which ends with the block."""

    def command(port: int) -> list[str]:
        # Its own use of its libraries' older parts is none of our tests' business.
        return [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]

    with serving(command, log=folder / "provider.log") as (port, _):
        yield OidcProvider(port)
