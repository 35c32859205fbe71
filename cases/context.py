"""What the frame of every page shows: navigation, unread notices, who acts, links of the footer."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from cases import sessions
from cases.models import Appointment
from cases.roles import Permission, Role

LINKS = {
    "switch_role": "roles",
    "away": "away",
    "account": "account",
    "session": "session_time",
    "sign_out": "account_logout",
    "sign_in": "account_login",
    "accessibility": "accessibility",
    "privacy": "privacy",
    "reading": "recording",
    "help": "help",
}
NAVIGATION = (
    ("My work", "home"),
    ("Disputes", "disputes"),
    ("Notices", "notices"),
    ("Directory", "directory"),
    ("Guidance", "guidance"),
    ("Board", "onward"),
    ("Learning", "learning_items"),
    ("Audit", "audit"),
)
BOARD = (Role.BOARD_MANAGER, Role.CHAIR, Role.CHIEF_SOCIAL_WORK_OFFICER, Role.BOARD_REPRESENTATIVE)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The ``frame`` that templates/base.html reads."""
    acting: Appointment | None = getattr(request, "acting", None)
    links = {name: address for name, view in LINKS.items() if (address := _address(view))}
    links["home"] = "/"
    if settings.DEMO and (mail := _address("demo_mail")):
        links["demo_mail"] = mail
    unread = _unread(acting) if acting else 0
    return {
        "frame": {
            "navigation": _navigation(acting, request.path, unread) if acting else [],
            "unread_notices": unread,
            "is_demo": settings.DEMO,
            "can_switch_role": getattr(request, "can_switch_role", False),
            "session_left": sessions.seconds_from_page(request.session, at=time.time()) if acting else 0,
            "links": links,
        }
    }


def _navigation(acting: Appointment, path: str, unread: int) -> list[dict[str, Any]]:
    items = []
    for text, view in NAVIGATION:
        address = _address(view) if _has(acting, view) else ""
        if address:
            current = path == address if address == "/" else path.startswith(address)
            count = unread if view == "notices" else 0
            items.append({"text": text, "url": address, "current": current, "count": count})
    return items


def _has(acting: Appointment, view: str) -> bool:
    if view == "onward":
        return acting.role in BOARD
    if view == "learning_items":
        return acting.role in (*BOARD, Role.INDEPENDENT_SCRUTINEER, Role.AUDITOR)
    return view != "audit" or acting.has(Permission.READ_FOR_AUDIT)


def _unread(acting: Appointment) -> int:
    """Notices not read yet, counted by whoever keeps them (settings.UNREAD_NOTICES)."""
    count = import_string(settings.UNREAD_NOTICES) if settings.UNREAD_NOTICES else None
    return int(count(acting)) if count else 0


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
