"""Temporal servers for the tests: the real one, and the one that skips time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from gateway.programs import bundled_program
from gateway.search_attributes import SEARCH_ATTRIBUTES, register_search_attributes
from tests.support.processes import serving

HEALTHY_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class TemporalServer:
    """A running server with the case's search attributes in its namespace `default`."""

    port: int
    pid: int

    @property
    def address(self) -> str:
        """What TEMPORAL_ADDRESS says."""
        return f"127.0.0.1:{self.port}"

    async def connect(self, data_converter: DataConverter = pydantic_data_converter) -> Client:
        """A client in the caller's event loop."""
        deadline = asyncio.get_running_loop().time() + HEALTHY_SECONDS
        while True:
            try:
                return await Client.connect(self.address, data_converter=data_converter)
            except RuntimeError:  # its port answers a moment before it is healthy
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.1)


def server_command(
    folder: Path, port: int, dynamic_config: Mapping[str, str] = MappingProxyType({})
) -> list[str | Path]:
    """The command that serves `folder`'s data on a loopback port."""
    words: list[str | Path] = [bundled_program("temporal"), "server", "start-dev", "--headless"]
    words += ["--ip", "127.0.0.1", "--port", str(port), "--log-level", "warn"]
    words += ["--db-filename", folder / "temporal.db"]
    words += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=OFF"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        words += ["--search-attribute", f"{name}={kind}"]
    for name, value in dynamic_config.items():
        words += ["--dynamic-config-value", f"{name}={value}"]
    return words


@contextlib.contextmanager
def running_temporal(
    folder: Path, dynamic_config: Mapping[str, str] = MappingProxyType({})
) -> Iterator[TemporalServer]:
    """The real server on a free loopback port, with its data in `folder`."""

    def command(port: int) -> list[str | Path]:
        return server_command(folder, port, dynamic_config)

    with serving(command, log=folder / "temporal.log") as (port, pid):
        yield TemporalServer(port=port, pid=pid)


@contextlib.asynccontextmanager
async def skipping_time(
    data_converter: DataConverter = pydantic_data_converter,
) -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own that skips time, with the case's search attributes in place."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter,
        test_server_existing_path=str(bundled_program("temporal-test-server")),
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment
