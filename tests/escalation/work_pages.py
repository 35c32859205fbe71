"""The verbs of a stage with answers that are good, and going to their pages as somebody."""

from __future__ import annotations

from django.test import Client

from cases.models import Appointment
from escalation.models import Dispute

DAY = {"day": "2", "month": "4", "year": "2026"}


def parts(name: str, **boxes: str) -> dict[str, str]:
    return {f"{name}_{part}": value for part, value in boxes.items()}


TALK = {"kind": "talk", "mode": "phone", "with_whom": "Jo Price, ward manager", "result": "No agreement yet."} | parts(
    "happened_at", time="09:30", **DAY
)
SAFE = {"answer": "safe", "how": "Seen on the ward at nine."}
VOICE = {"desired_outcomes": "To go home.", "told": "yes"}
GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "record_discussion": ("discussions/record/", TALK),
    "state_position": ("positions/state/", {"text": "We hold that it is not safe.", "seen": "1.-1"}),
    "confirm_safety": ("safety/confirm/", SAFE),
    "record_voice": ("voice/record/", VOICE),
    "attest_own_record": ("own-record/attest/", {"own_reference": "LAS-1/7"} | parts("recorded_on", **DAY)),
    "attest_exhaustion": ("exhaustion/attest/", {"statement": "Two calls and one visit."}),
    "notify_intention": ("intention/notify/", {"text": "We intend to take this further."}),
    "offer_debrief": ("debrief/offer/", {"text": "Thursday at ten."}),
}


def url(dispute: Dispute, path: str) -> str:
    return f"/disputes/{dispute.reference}/{path}"


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client
