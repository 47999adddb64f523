"""The servers that the tests lean on do what they promise."""

from email.message import EmailMessage

import aiosmtplib
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from gateway.search_attributes import SEARCH_ATTRIBUTES, register_search_attributes
from tests.support.outbox import Outbox
from tests.support.temporal import TemporalServer


async def test_each_test_has_an_empty_database(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE seen (id INTEGER PRIMARY KEY)"))
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO seen VALUES (1)"))
        found = (await connection.execute(text("SELECT id FROM seen"))).scalars().all()
    await engine.dispose()

    assert found == [1]


async def test_and_so_has_the_next(database_url: str) -> None:
    await test_each_test_has_an_empty_database(database_url)


async def test_the_real_server_knows_the_search_attributes(
    temporal_dev_server: TemporalServer,
) -> None:
    client = await temporal_dev_server.connect()

    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default")
    )

    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)


async def test_search_attributes_may_be_registered_again(
    time_skipping: WorkflowEnvironment, temporal_dev_server: TemporalServer
) -> None:
    await register_search_attributes(time_skipping.client)
    client = await temporal_dev_server.connect()
    await register_search_attributes(client)

    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default")
    )
    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)


async def test_the_outbox_keeps_what_it_is_sent(outbox: Outbox) -> None:
    message = EmailMessage()
    message["From"] = "office@school.example"
    message["To"] = "head@school.example"
    message["Subject"] = "A reply is due"
    message.set_content("Please look at the case.")

    await aiosmtplib.send(message, hostname="127.0.0.1", port=outbox.port, start_tls=False)

    assert [kept["Subject"] for kept in outbox.messages] == ["A reply is due"]
