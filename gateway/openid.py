"""OpenID Connect: signing in through a provider such as Google or Microsoft.

The authorization code flow with PKCE, state and nonce. What a sign-in needs to remember meanwhile
is sealed and kept by the browser itself, for some minutes.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import AwareDatetime, ValidationError

from domain.errors import EvenhandError
from domain.policy import Frozen
from gateway.errors import ServiceUnreachable
from gateway.signing_in import Identity
from settings import Settings
from storage.account_keys import AccountKeys
from storage.keys import KeyProblem

SCOPE = "openid email profile"
PATIENCE = 10.0  # seconds that somebody waits for another's server
LEEWAY = 60  # seconds by which two clocks may differ
HELD = timedelta(minutes=15)
KNOWN_FOR = timedelta(hours=1)  # how long what a provider says of itself is relied on
# Each has a public key: with a shared secret, or none, whoever knows it could write a token.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_WELL_KNOWN = "/.well-known/openid-configuration"
_COOKIE = "openid"
_SECOND_FACTOR = "mfa"  # RFC 8176

log = structlog.get_logger(__name__)


class OpenIdRefused(EvenhandError):
    """Signing in through the provider did not work out."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Try again, or sign in with your e-mail address and password.")


class Provider(NamedTuple):
    """Who vouches for people: its address, its name on the button, and what we are to it."""

    issuer: str
    name: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Provider(issuer={self.issuer!r})"

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        """The one that the settings name, if they do."""
        if settings.oidc_issuer is None or settings.oidc_client_secret is None:
            return None
        return cls(
            settings.oidc_issuer,
            settings.oidc_name,
            settings.oidc_client_id or "",
            settings.oidc_client_secret.get_secret_value(),
        )


class _Begun(Frozen):
    state: str
    nonce: str
    verifier: str
    next: str
    at: AwareDatetime


class Begun(NamedTuple):
    """A sign-in that was begun: where to send the browser, and what it keeps for us."""

    address: str
    sealed: str


class OpenId:
    """Signing in through one provider. `callback` is our address that it sends people back to."""

    def __init__(
        self,
        provider: Provider,
        keys: AccountKeys,
        callback: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.provider = provider
        self._keys = keys
        self._callback = callback
        self._now = now
        self._known: tuple[datetime, dict[str, Any]] | None = None

    async def begin(self, next_: str) -> Begun:
        """Begins a sign-in that ends at our page `next_`. Raises ServiceUnreachable."""
        metadata = await self._metadata()
        kept = _Begun(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=next_,
            at=self._now(),
        )
        async with self._client(metadata) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=kept.state,
                nonce=kept.nonce,
                code_verifier=kept.verifier,
            )
        return Begun(address, self._keys.seal(kept.model_dump_json().encode(), _COOKIE).hex())

    async def finish(self, sealed: str | None, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Who came back, by the provider's answer, and to which of our pages they wanted to go.

        Raises OpenIdRefused, ServiceUnreachable.
        """
        kept = self._unsealed(sealed)
        if not secrets.compare_digest(answer.get("state", "").encode(), kept.state.encode()):
            raise OpenIdRefused("The answer of the provider does not belong to this browser.")
        if "error" in answer or "code" not in answer:
            raise OpenIdRefused(f"You were not signed in at {self.provider.name}.")
        metadata = await self._metadata()
        # Some say who they are in their answer (RFC 9207); then another's is no answer.
        if answer.get("iss", metadata["issuer"]) != metadata["issuer"]:
            raise OpenIdRefused("The answer comes from another provider than was asked.")
        try:
            claims = await self._claims(metadata, kept, answer["code"])
        except (JoseError, AuthlibBaseError, KeyError, ValueError) as error:
            log.warning("openid:answer:refused", error=type(error).__name__)
            raise OpenIdRefused(
                f"What {self.provider.name} sent back can't be relied on."
            ) from error
        except HTTPError as error:
            raise self._away() from error
        return _identity(claims), kept.next

    async def _claims(self, metadata: dict[str, Any], kept: _Begun, code: str) -> dict[str, Any]:
        async with self._client(metadata) as client:
            token = await client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=kept.verifier
            )
            keys = await client.request("GET", metadata["jwks_uri"], withhold_token=True)
            keys.raise_for_status()
            signed = jwt.decode(
                token["id_token"],
                key=KeySet.import_key_set(keys.json()),
                registry=JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False),
            )
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {
                    "nonce": kept.nonce,
                    "client_id": self.provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._now().timestamp()), leeway=LEEWAY)
            found = dict(claims)
            if "email" not in found and "userinfo_endpoint" in metadata:
                told = await client.get(metadata["userinfo_endpoint"])
                told.raise_for_status()
                more = told.json()
                # Another's answer put in here would be another person (OpenID Connect 5.3.2).
                if more.get("sub") == found["sub"]:
                    found = more | found
            return found

    async def _metadata(self) -> dict[str, Any]:
        now = self._now()
        if self._known is not None and now - self._known[0] < KNOWN_FOR:
            return self._known[1]
        try:
            async with AsyncOAuth2Client(timeout=PATIENCE) as client:
                answer = await client.request(
                    "GET", self.provider.issuer.rstrip("/") + _WELL_KNOWN, withhold_token=True
                )
                answer.raise_for_status()
                metadata: dict[str, Any] = answer.json()
        except (HTTPError, ValueError) as error:
            raise self._away() from error
        if metadata.get("issuer") != self.provider.issuer:
            raise OpenIdRefused(
                "EVENHAND_OIDC_ISSUER and what the provider says of itself are not the same."
            )
        self._known = now, metadata
        return metadata

    def _client(self, metadata: dict[str, Any]) -> AsyncOAuth2Client:
        known = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic"
        return AsyncOAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret,
            token_endpoint_auth_method=basic if basic in known else "client_secret_post",
            scope=SCOPE,
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=PATIENCE,
        )

    def _unsealed(self, sealed: str | None) -> _Begun:
        try:
            kept = _Begun.model_validate_json(
                self._keys.unseal(bytes.fromhex(sealed or ""), _COOKIE)
            )
        except (KeyProblem, ValidationError, ValueError) as error:
            raise OpenIdRefused("The answer does not belong to this browser.") from error
        if self._now() - kept.at > HELD:
            raise OpenIdRefused("Signing in took too long.")
        return kept

    def _away(self) -> ServiceUnreachable:
        return ServiceUnreachable(
            self.provider.name, self.provider.issuer, "Sign in with your password meanwhile."
        )


def _identity(claims: Mapping[str, Any]) -> Identity:
    # `xms_edov`: Microsoft's word for an address whose domain its owner has proved.
    proved = (claims.get("email_verified"), claims.get("xms_edov"))
    verified = any(one in (True, "true", "1", 1) for one in proved)
    email = claims.get("email") if verified else None
    methods = claims.get("amr") or ()
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=str(email) if email else None,
        second_factor=_SECOND_FACTOR in methods,
    )
