"""The key that signs checkpoints (Ed25519), read from the settings and named by a short id of its public half."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

WRONG = "AUDIT_SIGNING_KEY must be 32 random bytes in base64. Make one: openssl rand -base64 32"


def public_key() -> bytes:
    """The public half, as it is published."""
    return _private().public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """The first sixteen hexadecimal digits of the SHA-256 of a public key."""
    return sha256(public).hexdigest()[:16]


def public_of(private: str) -> bytes:
    """The public half of a key that is not in use yet, from its 32 bytes in base64."""
    return Ed25519PrivateKey.from_private_bytes(_decoded(private)).public_key().public_bytes_raw()


def sign(text: str, private: str = "") -> bytes:
    """The signature over a text, by the key in use or by another one."""
    key = Ed25519PrivateKey.from_private_bytes(_decoded(private)) if private else _private()
    return key.sign(text.encode())


def is_signed(text: str, signature: bytes, public: bytes) -> bool:
    """Whether the owner of this public key signed exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def known_keys() -> dict[str, bytes]:
    """The key in use and those before it (AUDIT_PUBLIC_KEYS), by id."""
    keys = [public_key(), *(_decoded(one) for one in settings.AUDIT_PUBLIC_KEYS)]
    return {key_id(one): one for one in keys}


def _private() -> Ed25519PrivateKey:
    file = settings.AUDIT_SIGNING_KEY_FILE
    written = Path(file).read_text() if file else settings.AUDIT_SIGNING_KEY
    return Ed25519PrivateKey.from_private_bytes(_decoded(written))


def _decoded(written: str) -> bytes:
    try:
        raw = base64.b64decode(written.strip(), validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(WRONG) from error
    if len(raw) != 32:
        raise ImproperlyConfigured(WRONG)
    return raw
