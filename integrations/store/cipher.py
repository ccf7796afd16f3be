"""Encrypts values under one key: AES-256-GCM in one call, a tenth of what a Fernet token takes. It knows no case.

A value begins with FORM, then come 12 random bytes and what AES-GCM gives. What was kept as a Fernet token before is still
read: a token begins with another byte. docs/decisions/0017 says why.
"""

import hmac
import os
from base64 import urlsafe_b64decode

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = b"\x01"
"""The first byte of what is written now; a Fernet token begins with `g`."""
NONCE = 12
"""Bytes. Random ones may be used for 2³² values of one key; a case has some hundred."""


class Cipher:
    """One key of a case, ready to seal and to open."""

    def __init__(self, key: bytes) -> None:
        """Take 32 bytes in URL-safe base64; raises ValueError for anything else."""
        self._before = Fernet(key)
        raw = urlsafe_b64decode(key)
        # A key of its own, so that no key serves two ciphers.
        self._aead = AESGCM(hmac.digest(raw, b"ato-desk values of a case", "sha256"))

    def encrypt(self, value: bytes) -> bytes:
        """Seal a value; equal ones look different."""
        nonce = os.urandom(NONCE)
        return FORM + nonce + self._aead.encrypt(nonce, value, None)

    def decrypt(self, sealed: bytes) -> bytes:
        """Open what was sealed, in this form or the one before; raises InvalidToken when it was changed."""
        if not sealed.startswith(FORM):
            return self._before.decrypt(sealed)
        end = len(FORM) + NONCE
        try:
            return self._aead.decrypt(sealed[len(FORM) : end], sealed[end:], None)
        except (InvalidTag, ValueError) as error:
            raise InvalidToken from error
