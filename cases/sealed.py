"""What the database keeps sealed with keys that it does not have: secrets of second factors, and safe addresses."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

WRONG = "{setting} must be 32 random bytes in base64. Make one: openssl rand -base64 32"
LOST = "{what} was sealed with a key that is not among {setting} and {old}."


@dataclass(frozen=True)
class Seal:
    """One kind of secret with its own key, which opens nothing else."""

    what: str
    setting: str
    old: str

    def seal(self, text: str) -> str:
        """The text as the database keeps it."""
        return self._keys().encrypt(text.encode()).decode()

    def unseal(self, kept: str) -> str:
        """The text again; with a key that nobody has any more there is no way back."""
        try:
            return self._keys().decrypt(kept.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(LOST.format(what=self.what, setting=self.setting, old=self.old)) from error

    def _keys(self) -> MultiFernet:
        """The key in use first; those before it still open what they sealed."""
        given = (getattr(settings, self.setting), *getattr(settings, self.old))
        return MultiFernet([self._key(one) for one in given])

    def _key(self, given: str) -> Fernet:
        try:
            raw = base64.b64decode(given.replace("-", "+").replace("_", "/"), validate=True)
            return Fernet(base64.urlsafe_b64encode(raw))
        except (binascii.Error, ValueError) as error:
            raise ImproperlyConfigured(WRONG.format(setting=self.setting)) from error


SECOND_FACTORS = Seal("A second factor", "SECOND_FACTOR_KEY", "SECOND_FACTOR_OLD_KEYS")
SAFE_ADDRESSES = Seal("A safe address", "SAFE_ADDRESS_KEY", "SAFE_ADDRESS_OLD_KEYS")


def seal(text: str) -> str:
    """The secret of a second factor as the database keeps it."""
    return SECOND_FACTORS.seal(text)


def unseal(kept: str) -> str:
    """The secret of a second factor again; with a lost key the person is given new secrets."""
    return SECOND_FACTORS.unseal(kept)
