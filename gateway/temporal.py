"""The connection to Temporal, with encrypted payloads."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from gateway.errors import ServiceUnreachable
from storage.payload_codec import Keyring, encrypted_converter

_BETWEEN_TRIES = 0.2  # seconds
HOW_TO_START = "Start it with `evenhand up`, or set TEMPORAL_ADDRESS to where it runs."


async def connect(
    connection: Mapping[str, Any],
    keyring: Keyring,
    runtime: Runtime | None = None,
    *,
    patience: timedelta = timedelta(0),
) -> Client:
    """A client for the server that `connection` (target_host, namespace, …) names.

    A server that does not answer is tried again for as long as `patience`. Raises
    ServiceUnreachable where nothing answers there.
    """
    give_up = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return await Client.connect(
                **connection, data_converter=encrypted_converter(keyring), runtime=runtime
            )
        except (RPCError, RuntimeError) as error:
            if time.monotonic() >= give_up:
                where = str(connection.get("target_host", ""))
                raise ServiceUnreachable("Temporal", where, HOW_TO_START) from error
        await asyncio.sleep(_BETWEEN_TRIES)
