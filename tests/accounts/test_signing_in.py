"""Signing in with a password and a second factor, and the ways back."""

import asyncio

import pytest

from gateway.account_errors import (
    AccountLocked,
    CodeRefused,
    LinkDead,
    PasswordRefused,
    SignInRefused,
    TooManyAttempts,
)
from gateway.signing_in import From, SignedIn
from tests.support.front_door import HOME, PASSWORD, DoorInTest, link_in

ELSEWHERE = From("198.51.100.9/32")


async def test_an_invitation_by_mail_opens_an_account_once(front: DoorInTest) -> None:
    asha = await front.person("asha")
    await front.door.accounts.invite(asha, None)
    [message] = await front.post()
    path, token = link_in(message)

    assert (path, message["To"]) == ("invitation", asha.email)
    assert "Asha" not in message["Subject"]
    await front.door.accounts.accept(token, PASSWORD)

    signed_in = await front.sign_in("asha")
    assert signed_in.token is not None
    assert signed_in.sets_up is False
    session = await front.door.sessions.find(signed_in.token, front.now)
    assert session is not None
    assert (session.person, session.strong) == (asha.id, False)
    with pytest.raises(LinkDead, match="used already"):
        await front.door.accounts.invited(token)
    with pytest.raises(LinkDead):
        await front.door.accounts.accept(token, "another otter under marmalade")


async def test_two_who_use_a_link_at_once_do_not_both_get_it(front: DoorInTest) -> None:
    token = await front.invited("asha")

    came = await asyncio.gather(
        front.door.accounts.accept(token, PASSWORD),
        front.door.accounts.accept(token, "quite another one of them"),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in came) == ["LinkDead", "Person"]


async def test_an_invitation_expires_and_a_new_one_withdraws_it(front: DoorInTest) -> None:
    first = await front.invited("asha")
    second = await front.invited("asha")
    with pytest.raises(LinkDead):
        await front.door.accounts.invited(first)
    front.later(days=7)

    with pytest.raises(LinkDead, match="no longer works"):
        await front.door.accounts.accept(second, PASSWORD)


async def test_nobody_is_told_whether_there_is_such_an_account(front: DoorInTest) -> None:
    await front.with_account("asha")
    said = set()
    for who in ("asha", "nobody", "hana"):
        with pytest.raises(SignInRefused) as refused:
            await front.sign_in(who, "wrong password, sorry")
        said.add(str(refused.value))
    assert len(said) == 1


async def test_the_address_counts_however_it_is_written(front: DoorInTest) -> None:
    await front.with_account("asha")

    signed_in = await front.door.signing_in.with_password(
        " Asha@Rowan-Hill.EXAMPLE ", PASSWORD, HOME
    )

    assert signed_in.token is not None


async def test_a_leader_is_to_set_up_a_second_factor_and_then_always_gives_it(
    front: DoorInTest,
) -> None:
    await front.with_account("cara")
    first = await front.sign_in("cara")
    assert first.token is not None
    assert first.sets_up is True

    dafydd, _ = await front.with_second_factor("dafydd")
    signed_in = await front.sign_in("dafydd")
    assert signed_in.token is None
    assert signed_in.ticket is not None
    done = await front.door.signing_in.with_code(signed_in.ticket, front.code(dafydd), HOME)

    assert done.token is not None
    session = await front.door.sessions.find(done.token, front.now)
    assert session is not None
    assert session.strong is True


async def test_a_code_counts_once(front: DoorInTest) -> None:
    cara, _ = await front.with_second_factor("cara")
    code = front.code(cara)
    first, second = await front.sign_in("cara"), await front.sign_in("cara")
    assert first.ticket is not None
    assert second.ticket is not None
    await front.door.signing_in.with_code(first.ticket, code, HOME)

    with pytest.raises(CodeRefused):
        await front.door.signing_in.with_code(second.ticket, code, HOME)
    front.later(seconds=30)
    again = await front.door.signing_in.with_code(second.ticket, front.code(cara), HOME)
    assert again.token is not None
    with pytest.raises(LinkDead):  # the ticket is used up, too
        await front.door.signing_in.with_code(second.ticket, front.code(cara), HOME)


async def test_of_two_who_give_the_same_code_at_once_one_gets_in(front: DoorInTest) -> None:
    cara, _ = await front.with_second_factor("cara")
    tickets = [(await front.sign_in("cara")).ticket for _ in range(3)]

    came = await asyncio.gather(
        *(front.door.signing_in.with_code(t or "", front.code(cara), HOME) for t in tickets),
        return_exceptions=True,
    )

    assert sum(isinstance(one, SignedIn) for one in came) == 1


async def test_the_step_to_the_code_ends_after_a_quarter_of_an_hour(front: DoorInTest) -> None:
    cara, _ = await front.with_second_factor("cara")
    ticket = (await front.sign_in("cara")).ticket
    assert ticket is not None
    front.later(minutes=15)

    with pytest.raises(LinkDead):
        await front.door.signing_in.with_code(ticket, front.code(cara), HOME)


async def test_a_recovery_code_counts_once_and_its_owner_is_told(front: DoorInTest) -> None:
    _, codes = await front.with_second_factor("cara")
    assert len(set(codes)) == 10
    first = await front.sign_in("cara")
    await front.door.signing_in.with_code(first.ticket or "", codes[0].upper(), HOME)
    second = await front.sign_in("cara")

    with pytest.raises(CodeRefused):
        await front.door.signing_in.with_code(second.ticket or "", codes[0], HOME)
    [message] = await front.post()
    assert "recovery code; 9 are left" in message.get_content()


async def test_weak_passwords_are_refused_before_the_link_is_used(front: DoorInTest) -> None:
    token = await front.invited("cara")
    for weak, why in (
        ("short", "at least 12"),
        ("password1234", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "easy to guess|own name"),
        ("Summer2026!!", "easy to guess"),
        ("Cara Lindqvist 2026", "own name"),
        ("rowanhill.primary", "own name"),
        ("x" * 201, "no more than"),
    ):
        with pytest.raises(PasswordRefused, match=why):
            await front.door.accounts.accept(token, weak)

    await front.door.accounts.accept(token, PASSWORD)


async def test_a_forgotten_password_is_chosen_anew_by_mail(front: DoorInTest) -> None:
    await front.with_account("asha")
    there = await front.sign_in("asha")
    front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
    front.door.signing_in.forgotten("nobody@rowan-hill.example", HOME)
    [message] = await front.post()
    path, token = link_in(message)
    assert path == "reset"

    await front.door.signing_in.reset(token, "seven violet trombones asleep", HOME)

    assert await front.door.sessions.find(there.token or "", front.now) is None
    with pytest.raises(SignInRefused):
        await front.sign_in("asha")
    await front.sign_in("asha", "seven violet trombones asleep")
    with pytest.raises(LinkDead):
        await front.door.signing_in.reset(token, "eight violet trombones asleep", HOME)
    assert "Your password was changed" in (await front.post())[-1].get_content()


async def test_a_reset_link_lasts_an_hour_and_few_are_sent(front: DoorInTest) -> None:
    await front.with_account("asha")
    for _ in range(5):
        front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
        await front.post()
    assert len(await front.post()) == 3
    _, token = link_in((await front.post())[0])
    front.later(hours=1)

    with pytest.raises(LinkDead):
        await front.door.signing_in.resetting(token)


async def test_a_password_is_changed_by_who_knows_it(front: DoorInTest) -> None:
    asha = await front.with_account("asha")
    there = await front.sign_in("asha")

    with pytest.raises(SignInRefused):
        await front.door.signing_in.change_password(asha, "not it at all", "new otter tango", HOME)
    await front.door.signing_in.change_password(asha, PASSWORD, "new otter tango", HOME)

    assert await front.door.sessions.find(there.token or "", front.now) is None
    assert (await front.sign_in("asha", "new otter tango")).token is not None


async def test_guessing_from_one_network_keeps_nobody_else_out(front: DoorInTest) -> None:
    await front.with_account("asha")
    known = (await front.sign_in("asha")).marks
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await front.sign_in("asha", "guess", ELSEWHERE)

    with pytest.raises(TooManyAttempts, match="15 minutes"):
        await front.sign_in("asha", PASSWORD, ELSEWHERE)
    assert (await front.sign_in("asha", PASSWORD, HOME)).token is not None
    # In the same network, the browser in which she signed in before still lets her in.
    assert (await front.sign_in("asha", PASSWORD, From(ELSEWHERE.network, known))).token
    front.later(minutes=15)
    assert (await front.sign_in("asha", PASSWORD, ELSEWHERE)).token is not None


async def test_guessing_from_everywhere_leaves_the_owners_browser_alone(front: DoorInTest) -> None:
    await front.with_account("asha")
    known = (await front.sign_in("asha")).marks
    for number in range(50):
        with pytest.raises(SignInRefused):
            await front.sign_in("asha", "guess", From(f"203.0.113.{number}/32"))

    with pytest.raises(TooManyAttempts):
        await front.sign_in("asha", PASSWORD, From("203.0.113.99/32"))
    assert (await front.sign_in("asha", PASSWORD, From(HOME.network, known))).token is not None


async def test_a_browsers_mark_is_of_use_for_its_own_account_alone(front: DoorInTest) -> None:
    await front.with_account("asha")
    await front.with_account("ben")
    bens = (await front.sign_in("ben")).marks
    for marks in (bens, "made.up", "x" * 500):
        with pytest.raises(SignInRefused):
            await front.sign_in("asha", "guess", From(ELSEWHERE.network, marks))
    for _ in range(2):
        with pytest.raises(SignInRefused):
            await front.sign_in("asha", "guess", From(ELSEWHERE.network, bens))

    with pytest.raises(TooManyAttempts):
        await front.sign_in("asha", "guess", From(ELSEWHERE.network, bens))


async def test_many_guesses_at_once_count_as_many(front: DoorInTest) -> None:
    await front.with_account("asha")

    came = await asyncio.gather(
        *(front.sign_in("asha", "guess", ELSEWHERE) for _ in range(12)), return_exceptions=True
    )

    assert sum(isinstance(one, SignInRefused) for one in came) == 5
    assert sum(isinstance(one, TooManyAttempts) for one in came) == 7


async def test_codes_are_not_guessed_either(front: DoorInTest) -> None:
    await front.with_second_factor("cara")
    ticket = (await front.sign_in("cara", PASSWORD, ELSEWHERE)).ticket or ""
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await front.door.signing_in.with_code(ticket, "000000", ELSEWHERE)

    with pytest.raises(TooManyAttempts):
        await front.door.signing_in.with_code(ticket, "000000", ELSEWHERE)


async def test_a_locked_account_lets_nobody_in_and_ends_its_sessions(front: DoorInTest) -> None:
    asha = await front.with_account("asha")
    there = await front.sign_in("asha")
    await front.door.accounts.lock(asha, front.school.actor("gil"))

    assert await front.door.sessions.find(there.token or "", front.now) is None
    with pytest.raises(SignInRefused):
        await front.sign_in("asha", "wrong password, sorry")
    with pytest.raises(AccountLocked):
        await front.sign_in("asha")
    front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
    assert await front.post() == []

    await front.door.accounts.unlock(asha, front.school.actor("gil"))
    assert (await front.sign_in("asha")).token is not None
