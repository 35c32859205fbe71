"""How long a session lasts: fifteen minutes without use, eight hours whatever happens; measured by the server's own clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

IDLE = 15 * 60
WARNED = 13 * 60
LONGEST = 8 * 60 * 60
GRAIN = 15  # use is written down at most this often, and given in favour of the person
FRESH = 5 * 60  # how long a proof holds for acts that weigh
BEGAN, USED, SIGN_IN, ENDED = "session_began", "session_used", "sign_in", "session_ended"
PROVED, SECOND = "session_proved", "session_second"
# Of whoever came through an agency's own provider: what it said, until they are in; then the agencies for which they act here.
CAME, ONLY_AT, ELSEWHERE = "came_through", "session_only_at", "elsewhere"


def begin(session: SessionBase, *, at: float) -> None:
    """Somebody signed in, which is a proof as well."""
    session[BEGAN] = session[USED] = session[PROVED] = at
    session.pop(ENDED, None)


def prove(session: SessionBase, *, at: float, second: bool) -> None:
    """The person has shown again that it is them; with a second factor or with the password."""
    session[PROVED] = at
    session[SECOND] = second or session.get(SECOND, False)


def is_fresh(session: SessionBase, *, at: float) -> bool:
    """Whether the person signed in or proved it again a moment ago."""
    proved: float = session.get(PROVED, 0)
    return 0 <= at - proved < FRESH


def why_over(session: SessionBase | Mapping[str, Any], *, at: float) -> str:
    """Why the session is over at this moment, or nothing; one that nobody measured yet has only just begun."""
    if BEGAN not in session:
        return ""
    if at - session[BEGAN] >= LONGEST:
        return "too_long"
    return "idle" if at - session[USED] >= IDLE + GRAIN else ""


def touch(session: SessionBase, *, at: float) -> None:
    """The person did something."""
    if BEGAN not in session:
        begin(session, at=at)
    elif at - session[USED] >= GRAIN:
        session[USED] = at


def seconds_left(session: SessionBase, *, at: float) -> int:
    """How long the session lasts if nothing more is done."""
    left: float = min(session.get(USED, at) + IDLE - at, session.get(BEGAN, at) + LONGEST - at)
    return max(0, round(left))


def seconds_from_page(session: SessionBase, *, at: float) -> int:
    """The same for a page that was just opened, which counts as use: alike on every page until the eight hours near their end."""
    to_the_end: float = session.get(BEGAN, at) + LONGEST - at
    return max(1, min(IDLE, round(to_the_end)))


def device_of(user_agent: str) -> str:
    """The browser and the computer in plain words, as far as they say what they are."""
    browsers = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "a Chromebook"),
        ("Mac OS X", "a Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "an unknown device")
    return f"{browser} on {system}"
