"""The draft of a dispute that somebody is about to raise: kept page by page until it is sent or thrown away (F51)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import User
from cases.rows import one_act
from escalation.models import Draft


@one_act
def save_draft(*, draft: Draft, data: Mapping[str, Any], now: datetime) -> Draft:
    """Keep these answers beside those already there; a draft that was sent changes no more."""
    kept = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if kept.became_id is None:
        kept.data = {**kept.data, **data}
        kept.updated_at = now
        kept.save(update_fields=["data", "updated_at"])
    return kept


def start_draft(*, user: User, form: str, now: datetime, data: Mapping[str, Any] | None = None) -> Draft:
    """A new draft of a form; ``form`` names it, with the reference it belongs to where there is one."""
    return Draft.objects.create(user=user, form=form, data=dict(data or {}), updated_at=now)


def discard_one(*, draft: Draft) -> None:
    """Throw away one draft that was not sent, with everything typed into it."""
    Draft.objects.filter(pk=draft.pk, became=None).delete()
