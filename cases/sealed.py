"""Secrets that the database keeps, sealed with a key that it does not have: those of authenticator apps and recovery codes."""

from __future__ import annotations

import base64
import binascii

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

WRONG = "SECOND_FACTOR_KEY must be 32 random bytes in base64. Make one: openssl rand -base64 32"

LOST = "A second factor was sealed with a key that is not among SECOND_FACTOR_KEY and SECOND_FACTOR_OLD_KEYS."


def seal(text: str) -> str:
    """The text as the database keeps it."""
    return _keys().encrypt(text.encode()).decode()


def unseal(kept: str) -> str:
    """The text again; with a key that nobody has any more there is no way back, and the person is given new secrets."""
    try:
        return _keys().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(LOST) from error


def _keys() -> MultiFernet:
    """The key in use first; those before it still open what they sealed."""
    return MultiFernet([_key(given) for given in (settings.SECOND_FACTOR_KEY, *settings.SECOND_FACTOR_OLD_KEYS)])


def _key(given: str) -> Fernet:
    try:
        raw = base64.b64decode(given.replace("-", "+").replace("_", "/"), validate=True)
        return Fernet(base64.urlsafe_b64encode(raw))
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(WRONG) from error
