"""Prepares a cluster for the workers: the database's tables, Temporal's namespace and attributes.

Everything is done only where it is missing, so that it may be run before each start.
"""

import asyncio
import sys

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from gateway.errors import ServiceUnreachable
from gateway.leaving import leave
from gateway.search_attributes import register_search_attributes
from gateway.stores import keyring_of
from gateway.temporal import connect
from settings import Settings, SettingsError, load_settings, temporal_connection
from storage.database import DatabaseError
from storage.keys import KeyProblem
from storage.migrations import migrate

# Closed workflows only: the record itself is in the database, for as long as the law says.
RETENTION_DAYS = 30
NAMESPACE_SECONDS = 60.0  # a new namespace takes some seconds to be known everywhere


async def prepare(settings: Settings) -> None:
    """Raises DatabaseError, ServiceUnreachable or KeyProblem where something is not reached."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    await migrate(settings.database_url)
    client = await connect(temporal_connection(), keyring_of(settings))
    await _register_namespace(client)
    async with asyncio.timeout(NAMESPACE_SECONDS):
        while True:
            try:
                await register_search_attributes(client)
                await client.count_workflows()
                return
            except RPCError as error:
                if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNAVAILABLE):
                    raise
                await asyncio.sleep(0.5)


async def _register_namespace(client: Client) -> None:
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace,
                workflow_execution_retention_period=Duration(seconds=RETENTION_DAYS * 86_400),
            )
        )
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise


def main() -> int:
    """Exit codes: 0 prepared, 2 bad settings, 3 a service is away."""
    try:
        asyncio.run(prepare(load_settings()))
    except (SettingsError, KeyProblem) as error:
        print(error, file=sys.stderr)
        return 2
    except (DatabaseError, ServiceUnreachable) as error:
        print(error, file=sys.stderr)
        return 3
    except (RPCError, TimeoutError) as error:
        print(f"Temporal did not prepare the namespace: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    leave(main())
