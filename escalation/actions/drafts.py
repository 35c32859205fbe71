"""What somebody has typed and not yet sent: kept on the server, so that nothing is lost with a session (F51, R17)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.models import User
from escalation.models import Draft


@transaction.atomic
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


@transaction.atomic
def keep_typed(*, user: User, form: str, data: Mapping[str, Any], now: datetime) -> Draft:
    """Keep the one unsent text of a form that somebody is filling in."""
    draft = Draft.objects.select_for_update(no_key=True).filter(user=user, form=form, became=None).first()
    return save_draft(draft=draft, data=data, now=now) if draft else start_draft(user=user, form=form, now=now, data=data)


def discard(*, user: User, form: str) -> None:
    """The form was sent: its unsent text is gone."""
    Draft.objects.filter(user=user, form=form, became=None).delete()


def discard_one(*, draft: Draft) -> None:
    """Throw away one draft that was not sent, with everything typed into it."""
    Draft.objects.filter(pk=draft.pk, became=None).delete()


def keyed_draft(*, user: User, key: str, now: datetime) -> Draft:
    """The draft of an act that a program names itself; the same name is the same draft, so that it becomes one thing only."""
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{user.pk}:{key}")
    draft, _ = Draft.objects.get_or_create(pk=named, defaults={"user": user, "form": "by-program", "updated_at": now})
    return draft
