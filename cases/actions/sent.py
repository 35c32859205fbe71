"""One-time keys: what is sent again under the same key is not done again, and gets the answer of the first time (R13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from cases import envelopes
from cases.models import Sent

LASTS = timedelta(hours=72)

# Waits for whoever is at it under the same key, until their act is done or taken back.
CLAIM = """
INSERT INTO cases_sent (user_id, key, content, status, location, body, sent_at) VALUES (%s, %s, %s, 0, '', '', now())
ON CONFLICT (user_id, key) DO UPDATE SET key = EXCLUDED.key RETURNING id, content, status, location, body
"""
# One statement for both: the form was sent, so its unsent text goes.
FINISH = """
WITH gone AS (DELETE FROM cases_typed WHERE user_id = %s AND address = %s)
UPDATE cases_sent SET status = %s, location = %s, body = %s WHERE id = %s
"""


@dataclass(frozen=True)
class Claim:
    """What is known under a key: whether something was done under it, what was sent then, and how that was answered."""

    pk: int
    user_id: int
    content: str
    status: int
    location: str
    body: str

    @property
    def is_done(self) -> bool:
        """Whether it was sent before."""
        return self.status > 0


def claim_key(*, user_id: int, key: str, content: str) -> Claim:
    """Take the key for what is about to be done in the caller's transaction, or learn how it was answered before."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [user_id, key, content])
        pk, sent, status, location, body = cursor.fetchone()
    return Claim(pk, user_id, sent, status, location, (envelopes.unseal(body) or "") if body else "")


def finish(*, claim: Claim, address: str, status: int, location: str, body: str = "") -> None:
    """It was accepted: the answer is known from now on, and what was typed at the address is no longer unsent."""
    kept = envelopes.seal(body) if body else ""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [claim.user_id, address, status, location, kept, claim.pk])


def give_back(*, claim: Claim) -> None:
    """It was refused: nothing is kept of it, and the key can be used again."""
    Sent.objects.filter(pk=claim.pk).delete()


def forget_old_keys(*, now: datetime) -> int:
    """A key is remembered for three days."""
    return Sent.objects.filter(sent_at__lt=now - LASTS).delete()[0]
