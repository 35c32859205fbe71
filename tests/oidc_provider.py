"""A provider of identities on this machine, over real HTTP: its document, its keys, its sign-in page, its tokens.

Whoever comes to its sign-in page is ``subject`` at once. ``claims`` and the other attributes make it lie or leave things out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "the-service", "between-us-only"


@cache
def key_pair(name: str) -> RSAPrivateKey:
    """One key of this name for the whole run."""
    return generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """What it is and says; its answers are read from here at each request."""

    def __init__(self, address: str) -> None:
        self.begin(address)

    def begin(self, address: str) -> None:
        """Anew, and truthful."""
        self.issuer = address
        self.subject = "subject-1"
        self.claims: dict[str, Any] = {}  # over what is true; None leaves a claim out
        self.document: dict[str, Any] = {}
        self.answer: dict[str, str] = {}  # over what goes back with the browser
        self.signs_with, self.algorithm, self.names_key = "its own", "RS256", True
        self.is_open = True  # whether the account is still open there
        self.auth_time: float | None = None  # else the moment of signing in
        self.given: dict[str, dict[str, str]] = {}  # code -> what was asked
        self.asked: list[dict[str, str]] = []
        self.tokens_asked: list[dict[str, str]] = []

    def about_itself(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorise", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"],
        } | self.document  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """The public key."""
        public = json.loads(RSAAlgorithm.to_jwk(key_pair("its own").public_key()))
        return {"keys": [public | {"kid": "k1", "use": "sig", "alg": "RS256"}]}

    def sign_in(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        code = secrets.token_urlsafe(8)
        self.given[code] = asked
        self.asked.append(asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']} | self.answer)}"

    def tokens(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Tokens for a code or for a refresh token, to the client alone."""
        self.tokens_asked.append(given)
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if given["grant_type"] == "refresh_token":
            known = given["refresh_token"].startswith("again-") and self.is_open
            return (200, {"access_token": "a", "refresh_token": "again-2"}) if known else (400, {"error": "invalid_grant"})
        asked = self.given.pop(given["code"], None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if asked is None or asked["code_challenge"] != digest.decode() or asked["redirect_uri"] != given["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        found = {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(asked)}
        return 200, found | ({"refresh_token": "again-1"} if "offline_access" in asked["scope"] else {})

    def id_token(self, asked: Mapping[str, str]) -> str:
        """Signed as it is set to sign."""
        now = int(time.time())
        said = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
            "auth_time": now if self.auth_time is None else self.auth_time,
        } | self.claims  # fmt: skip
        key: Any = {"none": None, "HS256": SECRET * 3}.get(self.algorithm, key_pair(self.signs_with))
        headers = {"kid": "k1"} if self.names_key else {}
        return jwt.encode({k: v for k, v in said.items() if v is not None}, key, self.algorithm, headers=headers)


@contextmanager
def running() -> Iterator[Provider]:
    """One that answers while this lasts."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if where.path == "/authorise":
                self.send_response(302)
                self.send_header("Location", provider.sign_in(dict(parse_qsl(where.query))))
                self.end_headers()
                return
            pages = {"/.well-known/openid-configuration": provider.about_itself, "/keys": provider.keys}
            self._json(200, pages[where.path]()) if where.path in pages else self._json(404, {})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._json(*provider.tokens(dict(parse_qsl(text))))

        def _json(self, status: int, found: dict[str, Any]) -> None:
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
