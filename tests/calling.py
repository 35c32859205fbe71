"""Callers: by session, which many requests may begin with, or by a real token."""

from __future__ import annotations

from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from cases.models import Appointment
from escalation.models import Dispute
from tests.factories import PASSWORD


def signed_in(held: Appointment) -> APIClient:
    """Somebody with a session."""
    client = APIClient(headers={"X-Acting-As": str(held.pk)})
    client.force_login(held.user)
    return client


class Browsers:
    """Browsers in which somebody has signed in and done nothing else: as many as wanted for one signing in."""

    def __init__(self) -> None:
        self.cookies = dict[int, dict[str, str]]()

    def of(self, who: Appointment | None) -> Client:
        """One more of theirs; for nobody, one in which nobody has signed in."""
        client = Client(raise_request_exception=False)
        if who is None:
            return client
        if who.user_id not in self.cookies:
            client.force_login(who.user)
            self.cookies[who.user_id] = {name: cookie.value for name, cookie in client.cookies.items()}
        client.cookies.load(self.cookies[who.user_id])
        return client


class Caller:
    """Somebody's program: it asks for a token and uses nothing else."""

    def __init__(self, held: Appointment) -> None:
        self.held, self.client = held, APIClient()
        self.asks_for_a_token()

    def asks_for_a_token(self) -> None:
        """With the password; a new one is a proof for acts that weigh."""
        self.client.credentials()
        answer = self.client.post("/api/token/", {"email": self.held.user.email, "password": PASSWORD})
        assert answer.status_code == 201, answer.data
        self.client.credentials(HTTP_AUTHORIZATION=f"Token {answer.data['token']}", HTTP_X_ACTING_AS=str(self.held.pk))

    def get(self, path: str) -> Any:
        """The answer's data, which must be there."""
        answer = self.client.get(f"/api/{path}")
        if answer.status_code == 403 and answer.data["code"] == "prove_again":
            self.asks_for_a_token()
            answer = self.client.get(f"/api/{path}")
        assert answer.status_code == 200, answer.data
        return answer.data

    def post(self, path: str, data: dict[str, Any] | None = None, *, put: bool = False, key: str = "") -> Any:
        """The answer's data of an act that must succeed."""
        send = self.client.put if put else self.client.post
        answer = send(f"/api/{path}", data or {}, headers={"Idempotency-Key": key})
        if answer.status_code == 403 and answer.data["code"] == "prove_again":
            self.asks_for_a_token()
            return self.post(path, data, put=put, key=key)
        assert answer.status_code in (200, 201, 202, 204), answer.data
        return answer.data


def one(dispute: Dispute, rest: str = "") -> str:
    """The address of a dispute in the API."""
    return f"/api/disputes/{dispute.reference}/{rest}"
