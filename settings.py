"""Settings: the environment, read once at each entry point into a frozen object."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from domain.vocabulary import Security

PREFIX = "EVENHAND_"
HERE = Path(__file__).resolve().parent
KEY_BYTES = 32
TEMPORAL_ADDRESS = "TEMPORAL_ADDRESS"
TEMPORAL_FALLBACK = "127.0.0.1:7233"

_HERE = ("localhost", "127.0.0.1", "::1")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


class SettingsError(Exception):
    """The environment asks for something that can't be; each line is a sentence about one value."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class LogFormat(StrEnum):
    """How log lines are written."""

    AUTO = "auto"  # readable at a terminal, JSON elsewhere
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least important lines that are still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _is_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _DRIVERS:
        raise ValueError(
            "it must begin with postgresql:// or sqlite:///, "
            "such as postgresql://evenhand:secret@127.0.0.1:5432/evenhand"
        )
    return f"{_DRIVERS[scheme]}://{rest}"


def _is_address(url: str) -> str:
    if not re.fullmatch(r"https?://[^/?#@\s]+/?", url):
        raise ValueError(
            "it is what people type to reach the pages, such as https://evenhand.school.example"
        )
    return url.rstrip("/")


def _is_issuer(url: str) -> str:
    here = re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", url)
    if not (here or re.fullmatch(r"https://[^?#\s]+", url)):
        raise ValueError("it begins with https://, as the provider writes it")
    return url


def _check_key(encoded: str, what: str) -> None:
    try:
        length = len(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        length = 0
    if length != KEY_BYTES:
        raise ValueError(
            f"{what} must be {KEY_BYTES} random bytes in base64; "
            "`openssl rand -base64 32` makes one"
        )


def _is_key(encoded: SecretStr) -> SecretStr:
    _check_key(encoded.get_secret_value(), "it")
    return encoded


def _is_notify_key(key: SecretStr) -> SecretStr:
    if not re.fullmatch(rf"(?:.*-)?{_UUID}-{_UUID}", key.get_secret_value()):
        raise ValueError(
            "the key of a Notify service ends with two ids of 36 characters each, with a hyphen "
            "between them; copy the whole of what Notify shows when you make one"
        )
    return key


def _if_there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


def _is_safe(url: str) -> str:
    try:
        address = urlsplit(url)
        here = address.hostname in _HERE
    except ValueError:
        raise ValueError("it is no address, such as https://notify.example") from None
    if not address.hostname or address.scheme not in ("http", "https"):
        raise ValueError("it begins with https://")
    if address.scheme == "http" and not here:
        raise ValueError(
            "letters would cross the network in clear: it begins with https://, unless it is on "
            "this machine"
        )
    return url


def _keys_by_id(written: object) -> object:
    """`ID:KEY,ID:KEY` as a mapping in the same order."""
    if not isinstance(written, str):
        return written
    keys: dict[str, SecretStr] = {}
    for number, entry in enumerate(filter(None, re.split(r"[,\s]+", written)), start=1):
        key_id, separator, encoded = entry.partition(":")
        if not separator or not re.fullmatch(r"[A-Za-z0-9._-]+", key_id):
            raise ValueError(f"entry {number} must be ID:KEY, such as 2026a:q83vEjRW…=")
        if key_id in keys:
            raise ValueError(f"the key id “{key_id}” stands there twice")
        _check_key(encoded, f"the key “{key_id}”")
        keys[key_id] = SecretStr(encoded)
    return keys


KeysById = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_keys_by_id)]
Folder = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What the environment decides. Each field is the variable EVENHAND_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Folder = HERE / "var"
    database_url: Annotated[str, AfterValidator(_with_driver)] = Field(
        default_factory=lambda before: (
            f"sqlite+aiosqlite:///{before.get('data_dir', HERE / 'var') / 'evenhand.db'}"
        ),
        repr=False,  # it may hold a password
    )
    policies_dir: Folder = HERE / "policies"
    terms_dir: Folder = HERE / "terms"
    stories_dir: Folder = HERE / "stories"
    letters_dir: Folder | None = Field(
        default_factory=lambda before: _if_there(before.get("data_dir", HERE / "var") / "letters")
    )
    master_key: Annotated[SecretStr, AfterValidator(_is_key)] | None = None
    payload_keys: KeysById = {}
    audit_keys: KeysById = {}
    smtp_host: str = "127.0.0.1"
    smtp_port: Port = 1025
    smtp_security: Security | None = None
    smtp_user: Annotated[str, Field(min_length=1)] | None = None
    smtp_password: SecretStr | None = None
    smtp_authority: Annotated[Path, AfterValidator(_absolute), AfterValidator(_is_file)] | None = (
        None
    )
    notify_key: Annotated[SecretStr, AfterValidator(_is_notify_key)] | None = None
    notify_template: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = None
    notify_url: Annotated[str, AfterValidator(_is_safe)] = (
        "https://api.notifications.service.gov.uk"
    )
    mail_from: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] = "evenhand@localhost"
    oidc_issuer: Annotated[str, AfterValidator(_is_issuer)] | None = None
    oidc_name: Annotated[str, Field(min_length=1, max_length=40)] = "your school's account"
    oidc_client_id: Annotated[str, Field(min_length=1)] | None = None
    oidc_client_secret: SecretStr | None = None
    attachment_bytes: Annotated[int, Field(ge=1024, le=100 * 1024 * 1024)] = 10 * 1024 * 1024
    attachments_per_reply: Annotated[int, Field(ge=1, le=100)] = 10
    task_queue: Annotated[str, Field(min_length=1, max_length=200)] = "evenhand"
    metrics_host: str = "127.0.0.1"
    metrics_port: Port = 9464
    sdk_metrics_port: Port = 9465
    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    web_address: Annotated[str, AfterValidator(_is_address)] | None = None
    web_proxies: Annotated[str, Field(min_length=1)] | None = None
    session_idle_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    family_session_idle_minutes: Annotated[int, Field(ge=5, le=1440)] = 120
    session_hours: Annotated[int, Field(ge=1, le=168)] = 12
    log_format: LogFormat = LogFormat.AUTO
    log_level: LogLevel = LogLevel.INFO

    @model_validator(mode="after")
    def _password_is_kept(self) -> Self:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("EVENHAND_SMTP_USER and EVENHAND_SMTP_PASSWORD are given together.")
        if (self.notify_key is None) != (self.notify_template is None):
            raise ValueError("EVENHAND_NOTIFY_KEY and EVENHAND_NOTIFY_TEMPLATE are given together.")
        oidc = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if len({one is None for one in oidc}) == 2:
            raise ValueError(
                "EVENHAND_OIDC_ISSUER, EVENHAND_OIDC_CLIENT_ID and EVENHAND_OIDC_CLIENT_SECRET are "
                "given together."
            )
        if self.smtp_user and self.mail_security is Security.NONE and not self._mail_is_here:
            raise ValueError(
                "EVENHAND_SMTP_SECURITY is “none”: a password would cross the network in clear. "
                "Set it to starttls or tls."
            )
        return self

    @property
    def _mail_is_here(self) -> bool:
        return self.smtp_host in _HERE

    @property
    def mail_security(self) -> Security:
        """How the mail server is spoken to: as set, else with STARTTLS unless it is on this
        machine."""
        if self.smtp_security is not None:
            return self.smtp_security
        return Security.NONE if self._mail_is_here else Security.STARTTLS

    @property
    def pages_address(self) -> str:
        """Where people reach the pages, without a slash at the end: links in e-mails begin so."""
        host = "127.0.0.1" if self.web_host in ("0.0.0.0", "::") else self.web_host
        return self.web_address or f"http://{host}:{self.web_port}"

    @property
    def master_key_file(self) -> Path:
        """Where the master key is kept if EVENHAND_MASTER_KEY does not give it."""
        return self.data_dir / "master.key"

    @property
    def payload_keys_file(self) -> Path:
        """Where the payload keys are kept if EVENHAND_PAYLOAD_KEYS does not give them."""
        return self.data_dir / "payload.keys"

    @property
    def erased_file(self) -> Path:
        """Where it is remembered, outside the database, what was erased."""
        return self.data_dir / "erased.list"

    @property
    def audit_keys_file(self) -> Path:
        """Where the keys for checkpoints are kept if EVENHAND_AUDIT_KEYS does not give them."""
        return self.data_dir / "audit.keys"

    @property
    def outbox_dir(self) -> Path:
        """Where the embedded outbox keeps the messages it is sent."""
        return self.data_dir / "outbox"

    @property
    def views_waiting(self) -> Path:
        """Where a line of the read log waits while the database can't take it."""
        return self.data_dir / "views-waiting"

    def payload_keys_text(self) -> dict[str, str]:
        """The payload keys in base64 by id, the one to encrypt with last; empty if none given."""
        return {key_id: key.get_secret_value() for key_id, key in self.payload_keys.items()}

    def audit_keys_text(self) -> dict[str, str]:
        """The keys that sign checkpoints likewise, the active one last; empty if none given."""
        return {key_id: key.get_secret_value() for key_id, key in self.audit_keys.items()}


def load_settings() -> Settings:
    """The settings of this process, from its environment and from EVENHAND_SECRETS_DIR if set.

    In that folder a file named like a variable in lower case (`evenhand_master_key`) gives its
    value. Raises SettingsError with a sentence for each value that can't be used.
    """
    secrets = os.environ.get(f"{PREFIX}SECRETS_DIR") or None
    if secrets is not None and not Path(secrets).is_dir():
        raise SettingsError(f"{PREFIX}SECRETS_DIR is “{secrets}”: there is no such folder.")
    unknown = _unknown_variables(os.environ)
    try:
        settings = Settings(_secrets_dir=secrets)
    except ValidationError as error:
        raise SettingsError(*unknown, *map(_sentence, error.errors())) from None
    if unknown:
        raise SettingsError(*unknown)
    return settings


def temporal_connection() -> ClientConnectConfig:
    """What Client.connect needs, by the SDK's own environment configuration (TEMPORAL_ADDRESS, …).

    Where that names no server, it is the embedded one, on 127.0.0.1:7233.
    """
    connection = ClientConfig.load_client_connect_config()
    connection.setdefault("target_host", TEMPORAL_FALLBACK)
    return connection


def variables() -> tuple[str, ...]:
    """The names of all variables that Evenhand itself reads, in the order of the settings."""
    return tuple(f"{PREFIX}{name.upper()}" for name in (*Settings.model_fields, "secrets_dir"))


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = variables()
    sentences = []
    for name in sorted(environment):
        # A mistyped name would be silently without effect.
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]}?" if near else "see docs/configuration.md."
            sentences.append(f"{name} is not a setting; {meant}")
    return sentences


def _sentence(detail: ErrorDetails) -> str:
    if not detail["loc"]:
        return str(detail["ctx"]["error"])  # about several of them, which it names
    field = str(detail["loc"][0])
    variable = f"{PREFIX}{field.upper()}"
    context: dict[str, Any] = detail.get("ctx", {})
    # What was given is repeated only where it can't be a secret.
    secret = field in (
        *(
            "master_key",
            "payload_keys",
            "audit_keys",
            "database_url",
            "smtp_password",
            "notify_key",
            "oidc_client_secret",
        ),
    )
    given = "is not right" if secret else f"is “{detail['input']}”"
    match detail["type"]:
        case "value_error":
            wanted = str(context["error"])
        case "enum":
            wanted = f"choose {context['expected']}"
        case "int_parsing" | "greater_than_equal" | "less_than_equal":
            wanted = _WHOLE_NUMBERS.get(field, "a port is a whole number from 1 to 65535")
        case "string_pattern_mismatch" if field == "notify_template":
            wanted = "give the template's id, 36 characters long, as Notify shows it"
        case "string_pattern_mismatch":
            wanted = "an e-mail address is needed, such as office@school.example"
        case _:
            wanted = str(detail["msg"])
    return f"{variable} {given}: {wanted}."


_WHOLE_NUMBERS = {
    "attachment_bytes": "a number of bytes from 1024 to 104857600 (100 MB) is needed",
    "attachments_per_reply": "a whole number from 1 to 100 is needed",
    "session_idle_minutes": "a number of minutes from 5 to 1440 (a day) is needed",
    "family_session_idle_minutes": "a number of minutes from 5 to 1440 (a day) is needed",
    "session_hours": "a number of hours from 1 to 168 (a week) is needed",
}
