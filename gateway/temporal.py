"""The connection to Temporal, with encrypted payloads."""

from collections.abc import Mapping
from typing import Any

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from gateway.errors import ServiceUnreachable
from storage.payload_codec import Keyring, encrypted_converter

HOW_TO_START = "Start it with `evenhand up`, or set TEMPORAL_ADDRESS to where it runs."


async def connect(
    connection: Mapping[str, Any], keyring: Keyring, runtime: Runtime | None = None
) -> Client:
    """A client for the server that `connection` (target_host, namespace, …) names.

    Raises ServiceUnreachable where nothing answers there.
    """
    try:
        return await Client.connect(
            **connection, data_converter=encrypted_converter(keyring), runtime=runtime
        )
    except (RPCError, RuntimeError) as error:
        where = str(connection.get("target_host", ""))
        raise ServiceUnreachable("Temporal", where, HOW_TO_START) from error
