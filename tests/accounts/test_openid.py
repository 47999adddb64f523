"""Signing in through a provider of OpenID Connect that really runs."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.account_errors import AccountLocked, NotKnownHere
from gateway.errors import ServiceUnreachable
from gateway.openid import OpenId, OpenIdRefused, Provider
from gateway.signing_in import Identity
from settings import Settings
from tests.support.front_door import HOME, PASSWORD, DoorInTest, a_door, link_in
from tests.support.oidc_provider import OidcProvider, running_provider
from tests.support.outbox import Outbox
from tests.support.processes import free_port

CLIENT = {"oidc_client_id": "evenhand", "oidc_client_secret": "a well kept secret"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
async def front(
    sqlite_url: str, tmp_path: Path, outbox: Outbox, provider: OidcProvider
) -> AsyncIterator[DoorInTest]:
    """The front door, with the provider; its clock is the world's, as the provider's is."""
    async with a_door(sqlite_url, tmp_path, outbox, oidc_issuer=provider.issuer, **CLIENT) as door:
        door.use_the_worlds_clock()
        yield door


def openid_of(front: DoorInTest) -> OpenId:
    assert front.door.openid is not None
    return front.door.openid


def answered(address: str) -> dict[str, str]:
    """What stands in the address that the provider sends the browser back to."""
    assert address.startswith("http://127.0.0.1:8080/sign-in/provider/back?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def came_back(front: DoorInTest, provider: OidcProvider, subject: str) -> Identity:
    """Who came back, having signed in there."""
    begun = await openid_of(front).begin("/today")
    identity, wanted = await openid_of(front).finish(
        begun.sealed, answered(provider.signs_in(begun.address, subject))
    )
    assert wanted == "/today"
    return identity


async def test_somebody_invited_signs_in_by_their_verified_address(
    front: DoorInTest, provider: OidcProvider
) -> None:
    await front.invited("asha")
    provider.knows("1001", email="Asha@rowan-hill.example", email_verified=True)

    identity = await came_back(front, provider, "1001")
    signed_in = await front.door.signing_in.with_identity(identity, HOME)

    assert signed_in.token is not None
    assert signed_in.person == front.school.people["asha"]
    assert "can now be opened" in (await front.post())[-1].get_content()
    # From now on it is the provider's id that counts, not the address.
    provider.knows("1001", email="ben@rowan-hill.example", email_verified=True)
    await front.invited("ben")
    again = await front.door.signing_in.with_identity(
        await came_back(front, provider, "1001"), HOME
    )
    assert again.person == front.school.people["asha"]


async def test_what_is_sent_to_the_provider(front: DoorInTest) -> None:
    begun = await openid_of(front).begin("/")
    asked = parse_qs(urlsplit(begun.address).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) > 40
    assert len(asked["nonce"][0]) > 40
    assert "a well kept secret" not in begun.address
    assert asked["state"][0].encode().hex() not in begun.sealed


@pytest.mark.parametrize("verified", [False, None])
async def test_an_address_that_nobody_verified_lets_nobody_in(
    front: DoorInTest, provider: OidcProvider, verified: bool | None
) -> None:
    await front.with_account("asha")
    claims = {} if verified is None else {"email_verified": verified}
    provider.knows("2002", email="asha@rowan-hill.example", **claims)
    identity = await came_back(front, provider, "2002")

    with pytest.raises(NotKnownHere):
        await front.door.signing_in.with_identity(identity, HOME)


async def test_somebody_who_was_not_invited_is_told_whom_to_ask(
    front: DoorInTest, provider: OidcProvider
) -> None:
    provider.knows("3003", email="dafydd@rowan-hill.example", email_verified=True)
    identity = await came_back(front, provider, "3003")

    with pytest.raises(NotKnownHere, match="invite you"):
        await front.door.signing_in.with_identity(identity, HOME)


async def test_a_second_factor_is_asked_for_unless_the_provider_says_it_was_given(
    front: DoorInTest, provider: OidcProvider
) -> None:
    await front.with_second_factor("cara")
    provider.knows("4004", email="cara@rowan-hill.example", email_verified=True)
    without = await came_back(front, provider, "4004")
    signed_in = await front.door.signing_in.with_identity(without, HOME)
    assert signed_in.token is None
    assert signed_in.ticket is not None

    assert without.second_factor is False
    with_it = await front.door.signing_in.with_identity(without._replace(second_factor=True), HOME)
    session = await front.door.sessions.find(with_it.token or "", front.now)
    assert session is not None
    assert session.strong is True


async def test_a_locked_account_stays_locked(front: DoorInTest, provider: OidcProvider) -> None:
    asha = await front.with_account("asha")
    await front.door.accounts.lock(asha, None)
    provider.knows("5005", email="asha@rowan-hill.example", email_verified=True)
    identity = await came_back(front, provider, "5005")

    with pytest.raises(AccountLocked):
        await front.door.signing_in.with_identity(identity, HOME)


async def test_an_answer_of_another_browser_is_refused(
    front: DoorInTest, provider: OidcProvider
) -> None:
    openid = openid_of(front)
    provider.knows("6006", email="asha@rowan-hill.example", email_verified=True)
    mine, other = await openid.begin("/"), await openid.begin("/")
    answer = answered(provider.signs_in(mine.address, "6006"))

    for sealed in (other.sealed, None, "", "00ff", mine.sealed[:-2] + "00"):
        with pytest.raises(OpenIdRefused, match="does not belong to this browser"):
            await openid.finish(sealed, answer)
    with pytest.raises(OpenIdRefused, match="does not belong"):
        await openid.finish(mine.sealed, answer | {"state": "another"})


async def test_a_code_for_another_sign_in_is_refused_by_its_nonce(
    front: DoorInTest, provider: OidcProvider
) -> None:
    openid = openid_of(front)
    provider.knows("7007", email="asha@rowan-hill.example", email_verified=True)
    mine, other = await openid.begin("/"), await openid.begin("/")
    code = answered(provider.signs_in(other.address, "7007"))["code"]
    state = parse_qs(urlsplit(mine.address).query)["state"][0]

    with pytest.raises(OpenIdRefused, match="can't be relied on"):
        await openid.finish(mine.sealed, {"state": state, "code": code})


async def test_a_token_for_somebody_else_is_refused(
    front: DoorInTest, provider: OidcProvider
) -> None:
    """The code is real, but the provider made its token for another client."""
    openid = openid_of(front)
    begun = await openid.begin("/")
    answer = answered(
        provider.signs_in(begun.address.replace("client_id=evenhand", "client_id=other"), "8008")
    )

    with pytest.raises(OpenIdRefused, match="can't be relied on"):
        await openid.finish(begun.sealed, answer)


async def test_who_says_no_there_is_told_how_to_go_on(
    front: DoorInTest, provider: OidcProvider
) -> None:
    openid = openid_of(front)
    begun = await openid.begin("/")
    answer = {
        "error": "access_denied",
        "state": parse_qs(urlsplit(begun.address).query)["state"][0],
    }

    with pytest.raises(OpenIdRefused, match="or sign in with your e-mail address"):
        await openid.finish(begun.sealed, answer)


async def test_a_sign_in_that_took_long_begins_anew(
    front: DoorInTest, provider: OidcProvider
) -> None:
    openid = openid_of(front)
    begun = await openid.begin("/")
    answer = answered(provider.signs_in(begun.address, "9009"))
    front.later(minutes=16)

    with pytest.raises(OpenIdRefused, match="took too long"):
        await openid.finish(begun.sealed, answer)


async def test_a_provider_that_is_away_is_named(front: DoorInTest) -> None:
    away = Provider(f"http://127.0.0.1:{free_port()}", "Somewhere", "evenhand", "secret")
    openid = OpenId(away, front.school.stores.account_keys, "http://127.0.0.1:8080/back")

    with pytest.raises(ServiceUnreachable, match=r"Somewhere at .* can't be reached"):
        await openid.begin("/")


async def test_a_new_password_has_the_provider_matched_anew(
    front: DoorInTest, provider: OidcProvider
) -> None:
    await front.with_account("asha")
    provider.knows("1010", email="asha@rowan-hill.example", email_verified=True)
    identity = await came_back(front, provider, "1010")
    await front.door.signing_in.with_identity(identity, HOME)
    front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
    _, token = link_in((await front.post())[-1])
    await front.door.signing_in.reset(token, PASSWORD + " twice", HOME)

    with pytest.raises(NotKnownHere):
        await front.door.signing_in.with_identity(identity._replace(email=None), HOME)


def test_the_secret_is_shown_nowhere(provider: OidcProvider, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "oidc_issuer": provider.issuer} | CLIENT
    )
    named = Provider.of(settings)

    assert "well kept" not in f"{settings!r} {named!r} {named}"
