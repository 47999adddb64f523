"""The environment becomes settings; what can't be used is answered with a sentence."""

import base64
import os
import re
from pathlib import Path

import pytest

from settings import (
    PREFIX,
    LogFormat,
    Settings,
    SettingsError,
    load_settings,
    temporal_connection,
    variables,
)

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
NOTIFY_KEY = "school-00000000-0000-0000-0000-000000000000-11111111-1111-1111-1111-111111111111"
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith((PREFIX, "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    return load_settings()


def test_an_empty_environment_is_enough() -> None:
    settings = load_settings()

    assert settings.data_dir == ROOT / "var"
    assert settings.database_url == f"sqlite+aiosqlite:///{ROOT / 'var' / 'evenhand.db'}"
    assert settings.payload_keys_text() == {}


def test_the_database_follows_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = given(monkeypatch, data_dir=str(tmp_path))

    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"
    assert settings.master_key_file.parent == tmp_path


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgresql://u:p@db/name", "postgresql+asyncpg://u:p@db/name"),
        ("postgres://db/name", "postgresql+asyncpg://db/name"),
        ("postgresql+asyncpg://db/name", "postgresql+asyncpg://db/name"),
        ("sqlite:////srv/evenhand.db", "sqlite+aiosqlite:////srv/evenhand.db"),
    ],
)
def test_the_async_driver_is_added(
    monkeypatch: pytest.MonkeyPatch, written: str, read: str
) -> None:
    assert given(monkeypatch, database_url=written).database_url == read


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("smtp_port", "abc", "EVENHAND_SMTP_PORT is “abc”: a port is a whole number from 1 to"),
        ("metrics_port", "70000", "EVENHAND_METRICS_PORT is “70000”: a port is a whole number"),
        ("log_format", "xml", "EVENHAND_LOG_FORMAT is “xml”: choose 'auto', 'json' or 'console'."),
        ("mail_from", "the office", "EVENHAND_MAIL_FROM is “the office”: an e-mail address is"),
        ("database_url", "mysql://u:hush@db/x", "it must begin with postgresql:// or sqlite:///"),
        ("master_key", "aHVzaA==", "EVENHAND_MASTER_KEY is not right: it must be 32 random bytes"),
        ("payload_keys", "hush", "EVENHAND_PAYLOAD_KEYS is not right: entry 1 must be ID:KEY"),
        ("payload_keys", "a:aHVzaA==", "the key “a” must be 32 random bytes in base64"),
        ("payload_keys", f"a:{KEY},a:{KEY}", "the key id “a” stands there twice"),
        (
            "smpt_port",
            "25",
            "EVENHAND_SMPT_PORT is not a setting; did you mean EVENHAND_SMTP_PORT?",
        ),
        ("secrets_dir", "/no/such", "EVENHAND_SECRETS_DIR is “/no/such”: there is no such folder."),
    ],
)
def test_a_value_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        given(monkeypatch, **{name: value})

    assert sentence in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "aHVzaA" not in str(refused.value)


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        given(monkeypatch, smtp_port="0", log_level="loud", nonsense="1")

    assert len(refused.value.problems) == 3


def test_payload_keys_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, payload_keys=f"2026a:{KEY},2025b:{OTHER_KEY}")

    assert list(settings.payload_keys_text().items()) == [("2026a", KEY), ("2025b", OTHER_KEY)]


def test_secrets_come_from_files_and_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "evenhand_master_key").write_text(KEY)
    (tmp_path / "evenhand_payload_keys").write_text(f"2026a:{KEY}\n2025a:{OTHER_KEY}\n")
    (tmp_path / "evenhand_database_url").write_text("postgresql://u:hush@db/x")

    settings = given(monkeypatch, secrets_dir=str(tmp_path))

    assert settings.master_key is not None
    assert settings.master_key.get_secret_value() == KEY
    assert list(settings.payload_keys) == ["2026a", "2025a"]
    assert settings.database_url == "postgresql+asyncpg://u:hush@db/x"
    assert KEY not in repr(settings)
    assert "hush" not in repr(settings)


def test_settings_do_not_change() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.log_format = LogFormat.JSON  # type: ignore[misc]


def test_temporal_is_found_by_its_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert temporal_connection()["target_host"] == "127.0.0.1:7233"

    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "trust")

    assert temporal_connection()["target_host"] == "temporal.example:7233"
    assert temporal_connection()["namespace"] == "trust"


def test_every_variable_is_documented_and_none_besides() -> None:
    documented = re.findall(
        r"^\| `(EVENHAND_\w+)` \|", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE
    )

    assert sorted(documented) == sorted(variables())


def test_the_documented_defaults_are_the_real_ones() -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    plain = {
        f"{PREFIX}{name.upper()}": str(field.default)
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, str | int)
    }

    documented = dict(re.findall(r"^\| `(EVENHAND_\w+)` \| `([^`]+)` \|", page, re.MULTILINE))

    assert plain.items() == {name: documented.get(name) for name in plain}.items()


@pytest.mark.parametrize(
    ("given_values", "told"),
    [
        (
            {"notify_key": NOTIFY_KEY},
            "EVENHAND_NOTIFY_KEY and EVENHAND_NOTIFY_TEMPLATE are given together",
        ),
        ({"smtp_user": "me"}, "EVENHAND_SMTP_USER and EVENHAND_SMTP_PASSWORD are given together"),
        (
            {
                "smtp_user": "me",
                "smtp_password": "secret",
                "smtp_host": "mail.school.example",
                "smtp_security": "none",
            },
            "a password would cross the network in clear",
        ),
        ({"notify_key": NOTIFY_KEY, "notify_template": "short"}, "give the template's id"),
        (
            {"notify_key": "hush", "notify_template": NOTIFY_KEY[-36:]},
            "EVENHAND_NOTIFY_KEY is not right: the key of a Notify service ends with two ids",
        ),
        ({"notify_url": "http://notify.example"}, "letters would cross the network in clear"),
        ({"notify_url": "ftp://notify.example"}, "it begins with https://"),
        ({"notify_url": "https://"}, "it begins with https://"),
        ({"notify_url": "http://127.0.0.1.example/"}, "letters would cross the network in clear"),
        ({"smtp_authority": "/nowhere.pem"}, "there is no such file"),
    ],
)
def test_how_mail_goes_is_checked_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, given_values: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(told)) as refused:
        given(monkeypatch, **given_values)

    assert "hush" not in str(refused.value)


def test_a_service_on_this_machine_may_take_letters_in_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = given(monkeypatch, notify_url="http://127.0.0.1:8080")

    assert settings.notify_url == "http://127.0.0.1:8080"


def test_mail_leaves_this_machine_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch).mail_security == "none"
    assert given(monkeypatch, smtp_host="mail.school.example").mail_security == "starttls"
