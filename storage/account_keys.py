"""Keys that follow from the master key, for what accounts keep as digests."""

import hashlib
import hmac
import secrets

from storage.keys import MasterKey, Sealer

TOKEN_BYTES = 32


def new_token() -> str:
    """A fresh token for a link: 32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_digest(token: str) -> bytes:
    """What is stored of a token: its SHA-256. It is random, so that no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


class AccountKeys:
    """Digests that only the holder of the master key can make, each kind under its own key."""

    def __init__(self, master_key: MasterKey) -> None:
        self._address = master_key.derived("account address")
        self._recovery = master_key.derived("recovery code")
        self._browser = master_key.derived("known browser")
        self._attempt = master_key.derived("attempt")
        self._sealer = Sealer(master_key.derived("sealed for a browser"))

    def address(self, email: str) -> bytes:
        """The digest of an e-mail address, in whatever capitals it is written."""
        return _mac(self._address, email.strip().lower())

    def recovery_code(self, person: str, code: str) -> bytes:
        """The digest of a person's recovery code."""
        return _mac(self._recovery, f"{person}/{code}")

    def attempt(self, *parts: str) -> bytes:
        """The key under which attempts are counted; it tells neither address nor network."""
        return _mac(self._attempt, "\n".join(parts))

    def browser(self, nonce: str, address: bytes) -> str:
        """The mark that a browser gets in which somebody signed in, in hex."""
        return _mac(self._browser, f"{nonce}/{address.hex()}").hex()

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Bytes that a browser keeps for us, and can neither read nor change."""
        return self._sealer.seal(plain, purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose. Raises KeyProblem."""
        return self._sealer.open(sealed, purpose.encode())


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
