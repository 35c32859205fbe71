"""Text kept for a few days for one person only, sealed with a key that the database does not have."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    """The text as the database keeps it."""
    return _keys().encrypt(text.encode()).decode()


def unseal(kept: str) -> str | None:
    """The text again; None when SECRET_KEY has changed since, and it is not among SECRET_KEY_FALLBACKS."""
    try:
        return _keys().decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def _keys() -> MultiFernet:
    return MultiFernet([_key(given) for given in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(given: str | bytes) -> Fernet:
    secret = given.encode() if isinstance(given, str) else given
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"envelopes:" + secret).digest()))
