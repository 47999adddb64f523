"""Handing messages to a real mail server: with TLS, with a password, and when it says no."""

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from correspondence.mail_server import AddressRefused, MailServer, NotTaken
from domain.vocabulary import Security
from tests.support.mail_server import PASSWORD, USER, GuardedServer, guarded_server
from tests.support.processes import free_port

SENDER = "office@school.example"


def a_message() -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = "<ep-2026-0001.l9@eleanor-palmer.evenhand>"
    message["From"], message["To"] = SENDER, "parent@home.example"
    message["Subject"] = "A letter"
    message.set_content("Dear parent")
    return message


def server_of(guarded: GuardedServer, **changed: object) -> MailServer:
    fields: dict[str, object] = {
        "host": "localhost",
        "port": guarded.port,
        "sender": SENDER,
        "security": Security.STARTTLS,
        "user": USER,
        "password": PASSWORD,
        "authority": guarded.authority,
    }
    return MailServer(**fields | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_message_goes_encrypted_and_with_a_password(
    tmp_path: Path, security: Security
) -> None:
    async with guarded_server(tmp_path, tls_from_the_start=security is Security.TLS) as guarded:
        await server_of(guarded, security=security).hand_over(a_message())

    (message,) = guarded.messages
    assert message["Message-ID"] == a_message()["Message-ID"]
    assert guarded.encrypted == [True]


async def test_a_wrong_password_is_no_refusal_of_the_address(tmp_path: Path) -> None:
    async with guarded_server(tmp_path) as guarded:
        with pytest.raises(NotTaken):
            await server_of(guarded, password="another").hand_over(a_message())
    assert guarded.messages == []


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    async with guarded_server(tmp_path) as guarded:
        with pytest.raises((NotTaken, aiosmtplib.SMTPException)):
            await server_of(guarded, authority=None).hand_over(a_message())
    assert guarded.messages == []


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param("550 5.1.1 There is nobody of that name", "5.1.1", id="with a status"),
        pytest.param("550 No such user", "5.0.0", id="without"),
    ],
)
async def test_an_address_that_can_not_receive_is_said_to_be(
    tmp_path: Path, answer: str, status: str
) -> None:
    async with guarded_server(tmp_path) as guarded:
        guarded.refuse = answer
        with pytest.raises(AddressRefused) as refused:
            await server_of(guarded).hand_over(a_message())
    assert refused.value.status == status


async def test_a_full_mailbox_is_tried_again(tmp_path: Path) -> None:
    async with guarded_server(tmp_path) as guarded:
        guarded.refuse = "452 4.2.2 Mailbox full"
        with pytest.raises(NotTaken):
            await server_of(guarded).hand_over(a_message())


async def test_a_server_that_is_away_is_tried_again() -> None:
    away = MailServer("127.0.0.1", free_port(), SENDER)
    with pytest.raises(NotTaken):
        await away.hand_over(a_message())


async def test_a_server_that_hangs_up_after_the_message_leaves_it_unknown(tmp_path: Path) -> None:
    async with guarded_server(tmp_path) as guarded:
        guarded.hang_up = True
        with pytest.raises(aiosmtplib.SMTPException) as unknown:
            await server_of(guarded).hand_over(a_message())
    assert not isinstance(unknown.value, NotTaken)
    assert len(guarded.messages) == 1
