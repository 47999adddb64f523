"""The search attributes of a case's workflow, and their registration on a server."""

from types import MappingProxyType

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.contracts import SEARCH_DUE, SEARCH_SCHOOL, SEARCH_STAGE, SEARCH_TRACK

SEARCH_ATTRIBUTES = MappingProxyType(
    {
        SEARCH_SCHOOL: "Keyword",
        SEARCH_TRACK: "Keyword",
        SEARCH_STAGE: "Keyword",
        SEARCH_DUE: "Datetime",
    }
)
"""Each name with its type, as `temporal server start-dev --search-attribute` writes it."""

_INDEXED_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register_search_attributes(client: Client) -> None:
    """Add the search attributes to the client's namespace; those already there are left alone.

    A workflow that sets an unknown attribute fails its task for ever, so this comes before any
    worker starts. Raises RPCError where the server can't be reached or does not allow it.
    """
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={
                    name: _INDEXED_TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items()
                },
            )
        )
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise
