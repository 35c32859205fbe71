"""What somebody has typed into a form and not yet sent: kept on the server, so that nothing is lost with a session (F51, R17)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from cases import envelopes
from cases.models import Typed

LASTS = timedelta(hours=72)
LONGEST = 500_000  # characters of one form, as they are kept
MOST = 200  # forms of one person

Answers = Mapping[str, Sequence[str]]

KEEP = """
INSERT INTO cases_typed (user_id, address, text, kept_at)
SELECT %(user)s, %(address)s, %(text)s, %(now)s
WHERE NOT EXISTS (
    SELECT FROM cases_sent WHERE user_id = %(user)s AND key = %(key)s AND sent_at > %(now)s - interval '30 seconds'
  )
  AND (SELECT count(*) FROM cases_typed WHERE user_id = %(user)s) < %(most)s
ON CONFLICT (user_id, address) DO UPDATE SET text = EXCLUDED.text, kept_at = EXCLUDED.kept_at
"""


def keep_typed(*, user_id: int, address: str, answers: Answers, now: datetime, key: str = "") -> bool:
    """Keep it in place of what was there; what overtook the sending of the same form is not kept."""
    text = json.dumps(answers)
    if len(text) > LONGEST:
        return False
    given: dict[str, Any] = {"user": user_id, "address": address, "key": key, "now": now, "most": MOST}
    given["text"] = envelopes.seal(text)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, given)
    return True


def typed_at(*, user_id: int, address: str) -> Answers:
    """What the person typed there and did not send."""
    kept = Typed.objects.filter(user=user_id, address=address).values_list("text", flat=True).first()
    text = envelopes.unseal(kept) if kept else None
    return json.loads(text) if text else {}


def forget_typed(*, user_id: int, address: str) -> None:
    """The form was sent, or the person starts anew: its unsent text is gone."""
    Typed.objects.filter(user=user_id, address=address).delete()


def forget_below(*, user_id: int, address: str) -> None:
    """The same for every form below one address."""
    Typed.objects.filter(user=user_id, address__startswith=address).delete()


def forget_old_text(*, now: datetime) -> int:
    """Unsent text of which nothing was heard for three days goes."""
    return Typed.objects.filter(kept_at__lt=now - LASTS).delete()[0]
