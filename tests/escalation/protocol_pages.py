"""Going through the board manager's pages of the protocol as a browser does."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from cases.models import Appointment
from escalation.models import ProtocolDraft


def text_of(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def go(client: Client, who: Appointment, path: str, data: dict[str, Any] | None = None, status: int = 200) -> str:
    client.force_login(who.user)
    response = client.post(path, data, follow=True) if data is not None else client.get(path)
    assert response.status_code == status, (path, text_of(response)[:500])
    return text_of(response)


def begin(client: Client, who: Appointment, origin: str = "v1") -> ProtocolDraft:
    client.force_login(who.user)
    answer = client.post("/protocol/drafts/new/", {"origin": origin})
    return ProtocolDraft.objects.get(pk=answer["Location"].split("/")[3])


def seen(draft: ProtocolDraft) -> int:
    return ProtocolDraft.objects.get(pk=draft.pk).edits


def answers(page: str) -> dict[str, Any]:
    """What a form on a page holds, as a browser would send it."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if attributes.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in attributes:
            found.setdefault(attributes["name"], []).append(
                attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
            )
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = [html.unescape(value) for value in re.findall(r'<option value="([^"]*)" selected', options)]
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S):
        found[name] = [html.unescape(value).lstrip("\r\n")]
    return found


def change(client: Client, who: Appointment, draft: ProtocolDraft, place: str, **new: Any) -> str:
    """Open a part's page, change some answers and save."""
    client.force_login(who.user)
    path = f"/protocol/drafts/{draft.pk}/part/{place}/"
    return go(client, who, path, answers(client.get(path).content.decode()) | new)


def add(client: Client, who: Appointment, draft: ProtocolDraft, place: str) -> str:
    return go(client, who, f"/protocol/drafts/{draft.pk}/add/{place}/", {"seen": seen(draft)})


def submit(client: Client, who: Appointment, draft: ProtocolDraft) -> str:
    path = f"/protocol/drafts/{draft.pk}/submit/"
    client.force_login(who.user)
    page = client.get(path).content.decode()
    warnings = [
        html.unescape(value) for value in re.findall(r'name="acknowledged" type="checkbox" value="([^"]*)"', page)
    ]
    warnings = warnings or [
        html.unescape(v) for v in re.findall(r'<input[^>]*type="checkbox"[^>]*value="([^"]*)"', page)
    ]
    return go(client, who, path, {"seen": seen(draft), "acknowledged": warnings})
