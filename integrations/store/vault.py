"""Vault: encrypts personal values under one key per case and retention class. It knows no table and no event.

Envelope encryption: the deployment's keys only wrap the cases' keys, so a deployment key can be rotated without
touching a value.
"""

import hmac
import os
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = b"\x01"
"""First byte of a ciphertext; the older format, a Fernet token, begins with `g`."""
NONCE = 12
"""Bytes. Random nonces are safe for 2³² values of one key; a case has some hundred."""
WORK = "work"
"""The retention class of effect bodies: they may quote values of any class, so erasing any class erases them."""


class CaseKey:
    """One key of a case. A ciphertext is FORM, the nonce and AES-256-GCM; docs/decisions/0020 says why."""

    def __init__(self, key: bytes) -> None:
        """Take 32 bytes in URL-safe base64; raises ValueError for anything else."""
        self._fernet = Fernet(key)
        # A key of its own, so that no key serves two ciphers.
        own = hmac.digest(urlsafe_b64decode(key), b"ato-desk values of a case", "sha256")
        self._aead = AESGCM(own)

    def encrypt(self, value: bytes) -> bytes:
        """Encrypt a value; equal values give different ciphertexts."""
        nonce = os.urandom(NONCE)
        return FORM + nonce + self._aead.encrypt(nonce, value, None)

    def decrypt(self, sealed: bytes) -> bytes:
        """Decrypt a value or a Fernet token; raises InvalidToken when it was changed."""
        form, nonce, words = sealed[:1], sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        if form != FORM:
            return self._fernet.decrypt(sealed)
        try:
            return self._aead.decrypt(nonce, words, None)
        except (InvalidTag, ValueError) as error:
            raise InvalidToken from error


class Vault:
    """The deployment's keys, newest first, and the key of digests and seals (by default derived from the oldest)."""

    def __init__(self, keys: Sequence[str], digest_key: str | None = None) -> None:
        """Parse the keys; raises ValueError with a sentence for whoever installs this."""
        if not keys:
            raise ValueError("No encryption key is set, so personal values could not be kept.")
        self._keys = MultiFernet([_fernet(key) for key in keys])
        secret = (digest_key or keys[-1]).encode()
        self._digests = _derived(secret, b"ato-desk look-up digests")
        self._evidence = _derived(secret, b"ato-desk evidence")
        self._unwrap = lru_cache(maxsize=4096)(self._unwrapped)

    def new_key(self) -> bytes:
        """Generate a case's key, wrapped."""
        return self._keys.encrypt(Fernet.generate_key())

    def key(self, wrapped: bytes) -> CaseKey:
        """Unwrap a case's key; raises ValueError when no deployment key fits."""
        return self._unwrap(wrapped)

    def rewrap(self, wrapped: bytes) -> bytes:
        """Wrap a case's key with the newest deployment key."""
        return self._keys.rotate(wrapped)

    def digest(self, field: str, value: str) -> str:
        """Return the keyed digest (HMAC) under which a value is searched; ignores case and surrounding space."""
        words = f"{field}\0{value.strip().casefold()}"
        return hmac.digest(self._digests, words.encode(), "sha256").hex()

    def vouch(self, *words: str | int) -> str:
        """Return the seal (HMAC) over what the desk wrote; it cannot be forged without the deployment's key."""
        said = "\0".join(map(str, words))
        return hmac.digest(self._evidence, said.encode(), "sha256").hex()

    def vouched(self, seal: str | None, *words: str | int) -> bool:
        """Verify a seal in constant time."""
        return hmac.compare_digest((seal or "").encode(), self.vouch(*words).encode())

    def _unwrapped(self, wrapped: bytes) -> CaseKey:
        try:
            return CaseKey(self._keys.decrypt(wrapped))
        except InvalidToken as error:
            raise ValueError("None of the encryption keys that are set opens this database.") from error


class CaseKeys:
    """The keys of one case within one transaction; a class without a key gets one at its first encryption."""

    def __init__(self, vault: Vault, wrapped: Mapping[str, bytes]) -> None:
        """Take the wrapped keys the case already has."""
        self._vault, self._wrapped = vault, dict(wrapped)
        self.new: dict[str, bytes] = {}

    def seal(self, keep: str, value: bytes) -> bytes:
        """Encrypt under the class's key."""
        if keep not in self._wrapped:
            self._wrapped[keep] = self.new[keep] = self._vault.new_key()
        return self._vault.key(self._wrapped[keep]).encrypt(value)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise ValueError(
            "An encryption key is not one: it must be 32 random bytes in URL-safe base64 (44 characters)."
        ) from error
