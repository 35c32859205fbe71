"""OpenID Connect as a client: one agency's provider is asked who somebody is, and nothing it answers is taken on trust.

Authorisation code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700). Its document and keys are fetched anew
each time: sign-ins are few, and a key that was changed or withdrawn counts at once. Neither people nor sessions are known here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests

ALGORITHMS = ("RS256", "PS256", "ES256")
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
SKEW = 60  # seconds by which clocks may differ
PATIENCE = (5, 15)  # seconds to connect, and between two pieces of an answer
LARGEST = 300_000
WELL_KNOWN = "/.well-known/openid-configuration"
HERE = ("localhost", "127.0.0.1", "::1")
# How a provider is asked for its own second factor, by the claim that says so.
ASKS_FOR_FACTOR: dict[str, Callable[[str], dict[str, str]]] = {
    "amr": lambda value: {},
    "acr": lambda value: {"acr_values": value},
    "acrs": lambda value: {"claims": json.dumps({"id_token": {"acrs": {"essential": True, "value": value}}})},
}


class NotTrusted(Exception):
    """What came is no proof of who somebody is; ``code`` and ``user_id`` are for the audit trail alone."""

    def __init__(self, code: str, user_id: int | None = None) -> None:
        super().__init__(code)
        self.code, self.user_id = code, user_id


@dataclass(frozen=True)
class Client:
    """What the service is at a provider."""

    issuer: str
    client_id: str
    secret: str


@dataclass(frozen=True)
class Provider:
    """What a provider says about itself."""

    authorisation: str
    token: str
    keys: str
    methods: tuple[str, ...]
    names_itself: bool  # in each answer (RFC 9207)


@dataclass(frozen=True)
class Tokens:
    """What a code was exchanged for, as far as it is used."""

    id_token: str
    renewal: str


def find(issuer: str) -> Provider:
    """The provider's document; it must be that of the issuer, letter for letter."""
    found = _json("GET", issuer.rstrip("/") + WELL_KNOWN)
    if found.get("issuer") != issuer:
        raise NotTrusted("other_issuer_in_document")
    authorisation, token, keys = (_place(found, name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    named = found.get("authorization_response_iss_parameter_supported") is True
    return Provider(authorisation, token, keys, methods=tuple(map(str, methods)), names_itself=named)


def challenge_of(verifier: str) -> str:
    """What the provider is shown of a PKCE verifier (S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def address(provider: Provider, asked: Mapping[str, str]) -> str:
    """Where the browser is sent."""
    joint = "&" if urlsplit(provider.authorisation).query else "?"
    return f"{provider.authorisation}{joint}{urlencode({'response_type': 'code', **asked})}"


def exchange(provider: Provider, client: Client, *, code: str, verifier: str, back_to: str) -> Tokens:
    """The tokens for a code, fetched with the client's secret and the verifier."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
    found = _ask_for_tokens(provider, client, given)
    return Tokens(id_token=str(found.get("id_token", "")), renewal=str(found.get("refresh_token", "")))


def renew(provider: Provider, client: Client, *, renewal: str) -> str:
    """The next token with which to ask; NotTrusted ``invalid_grant`` when the account is not open there any more."""
    found = _ask_for_tokens(provider, client, {"grant_type": "refresh_token", "refresh_token": renewal})
    return str(found.get("refresh_token") or renewal)


def claims_of(provider: Provider, client: Client, *, id_token: str, nonce: str) -> dict[str, Any]:
    """What a token says, once signature, issuer, audience, times and nonce are found right."""
    try:
        head = jwt.get_unverified_header(id_token)
        if head.get("alg") not in ALGORITHMS:
            raise NotTrusted("algorithm")
        claims: dict[str, Any] = jwt.decode(
            id_token, key=_key(provider, head.get("kid")), algorithms=[head["alg"]], issuer=client.issuer,
            audience=client.client_id, leeway=SKEW, options={"require": list(REQUIRED)},
        )  # fmt: skip
    except jwt.ExpiredSignatureError as error:
        raise NotTrusted("expired") from error
    except jwt.InvalidIssuerError as error:
        raise NotTrusted("issuer") from error
    except jwt.InvalidAudienceError as error:
        raise NotTrusted("audience") from error
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise NotTrusted("token") from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client.client_id:
        raise NotTrusted("audience")
    if not compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise NotTrusted("nonce")
    return claims


def subject_of(claims: Mapping[str, Any], claim: str) -> str:
    """Who it is to the issuer, for good: never a name or an address."""
    found = claims.get(claim)
    if not isinstance(found, str) or not 0 < len(found) <= 255 or "\x00" in found:
        raise NotTrusted("subject")
    return found


def shows_factor(claims: Mapping[str, Any], claim: str, value: str) -> bool:
    """Whether the provider says that a second factor was shown, in the way that was agreed with the agency."""
    found = claims.get(claim) if claim and value else None
    return value in found if isinstance(found, list) else found == value and found is not None


def must_be_fresh(claims: Mapping[str, Any], *, since: float) -> None:
    """The person showed there who they are after they were asked to, not some time ago."""
    at = auth_time(claims)
    if not at:
        raise NotTrusted("no_auth_time")
    if at < since - SKEW:
        raise NotTrusted("old_auth_time")


def auth_time(claims: Mapping[str, Any]) -> float:
    """When the person last showed there who they are, never later than now; 0 where nothing is said of it."""
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 < at <= time.time() + SKEW:
        return 0
    return min(at, time.time())


def _key(provider: Provider, kid: Any) -> jwt.PyJWK:
    """The provider's key of this name; without a name only where there is one key."""
    keys = _json("GET", provider.keys).get("keys")
    try:
        known = [key for key in jwt.PyJWKSet.from_dict({"keys": keys}).keys if key.public_key_use in (None, "sig")]
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
        raise NotTrusted("keys") from error
    found = [key for key in known if key.key_id == kid] if kid else known
    if len(found) != 1:
        raise NotTrusted("unknown_key")
    return found[0]


def _ask_for_tokens(provider: Provider, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
    if "client_secret_basic" in provider.methods:
        return _json("POST", provider.token, data=given, auth=(client.client_id, client.secret))
    return _json("POST", provider.token, data={**given, "client_id": client.client_id, "client_secret": client.secret})


def _place(found: Mapping[str, Any], name: str) -> str:
    place = str(found.get(name, ""))
    _must_be_safe(place)
    return place


def _must_be_safe(place: str) -> None:
    """TLS, or this very machine."""
    parts = urlsplit(place)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise NotTrusted("not_https")


def _json(method: str, place: str, **sent: Any) -> dict[str, Any]:
    """A JSON object from there: no redirects, nothing large, nothing slow."""
    _must_be_safe(place)
    try:
        with requests.request(
            method, place, timeout=PATIENCE, allow_redirects=False, stream=True,
            headers={"Accept": "application/json"}, **sent,
        ) as answer:  # fmt: skip
            found = json.loads(_all_of(answer))
    except (requests.RequestException, OSError, ValueError) as error:
        raise NotTrusted("unreachable") from error
    if not isinstance(found, dict):
        raise NotTrusted("unreachable")
    if answer.status_code != 200:
        raise NotTrusted("invalid_grant" if found.get("error") == "invalid_grant" else "refused_by_provider")
    return found


def _all_of(answer: requests.Response) -> bytes:
    """The whole of an answer that is not too large."""
    text = b""
    for piece in answer.iter_content(LARGEST):
        text += piece
        if len(text) > LARGEST:
            raise NotTrusted("unreachable")
    return text
