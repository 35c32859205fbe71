"""Meetings of the agencies: propose and invite, hold with minutes and dissent, call off; and the entry for a diary (F18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation import chronology, duties, leads, notifications, permissions
from escalation.actions.talks import log_discussion, working_agency
from escalation.clock import date_in_words
from escalation.models import Discussion, Dispute, Invitation, Meeting
from escalation.models.work import ContactMode
from escalation.protocol import DutyKind, Event, Side
from escalation.transitions import lock

ALWAYS_POSSIBLE = ("Strategy meeting", "Best interests meeting", "Multi-agency meeting")
USUAL_LENGTH = timedelta(hours=1)
OVER = "This meeting has been held or called off already."


@dataclass(frozen=True)
class Proposed:
    """What a meeting is for, when and where."""

    kind: str
    starts_at: datetime
    aim: str
    place: str = ""
    link: str = ""


@dataclass(frozen=True)
class Minutes:
    """What became of a meeting: who came, what was said, what was decided, and who did not agree."""

    mode: str
    said: str
    decisions: str = ""
    dissent: str = ""
    also_there: str = ""
    held_at: datetime | None = None


def kinds_of(dispute: Dispute) -> list[str]:
    """The meetings the protocol suggests at this stage, then those that are always possible."""
    suggested = list(dispute.rules_now.suggested_meetings)
    known = {kind.casefold() for kind in suggested}
    return suggested + [kind for kind in ALWAYS_POSSIBLE if kind.casefold() not in known]


def may_be_invited(dispute: Dispute) -> list[Appointment]:
    """Everybody on the dispute; at a stage inside one agency not the other side."""
    inside = dispute.rules_now.single_agency
    on_it = dispute.participants.select_related("appointment__user", "appointment__agency", "appointment__partnership")
    return [row.appointment for row in on_it if not (inside and row.side == Side.RESPONDING)]


@one_act
def propose_meeting(
    *, dispute: Dispute, proposed: Proposed, invited: Sequence[Appointment], by: Appointment, now: datetime
) -> Meeting:
    """Propose a meeting and invite people of the dispute to it."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    _check(dispute, proposed, invited, by=by, now=now)
    meeting = Meeting.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, recorded_by=by, recorded_at=now, **proposed.__dict__
    )
    guests = {who.pk: who for who in (*invited, *leads.originals(dispute), by.seat)}
    Invitation.objects.bulk_create([Invitation(meeting=meeting, who=who) for who in guests.values()])
    when = date_in_words(meeting.starts_at)
    chronology.tell(
        dispute, f"Meeting proposed: {meeting.kind}, {when}", by=by, now=now,
        body=f"{meeting.aim}\n\nInvited: {'; '.join(who.described for who in guests.values())}",
    )
    audit.record("meeting_proposed", meeting, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "invited": sorted(guests)})
    _tell(dispute, meeting, [who for who in guests.values() if who.pk != by.seat_id], "proposed", now=now,
          text=f"you are invited to a meeting {when}. Its page has an entry for your diary.")
    return meeting


def _check(
    dispute: Dispute, proposed: Proposed, invited: Sequence[Appointment], *, by: Appointment, now: datetime
) -> None:
    if proposed.kind not in kinds_of(dispute):
        raise Refused("Choose one of the kinds of meeting on the list.", field="kind")
    if proposed.starts_at <= now:
        raise Refused("Give a time in the future. A meeting that has been held is recorded as a discussion.", field="starts_at")
    if not proposed.aim.strip():
        raise Refused("Say what the meeting is to settle.", field="aim")
    if not (proposed.place.strip() or proposed.link.strip()):
        raise Refused("Say where it is, or give a link.", field="place")
    others = [who for who in invited if who.pk != by.seat_id]
    if not others:
        raise Refused("Invite at least one other person.", field="invited")
    possible = {who.pk for who in may_be_invited(dispute)}
    if any(who.pk not in possible for who in others):
        raise Refused("Invite only people who are on this dispute. Bring others in first.", field="invited")


def _tell(
    dispute: Dispute, meeting: Meeting, who: Iterable[Appointment], act: str, *, text: str, now: datetime
) -> None:
    notifications.tell(
        dispute, Event.STAGE_OPENED, who, now=now, key=f"{dispute.pk}:meeting:{meeting.pk}:{act}",
        text=f"{dispute.reference}: {text}",
    )


def _open(meeting: Meeting, dispute: Dispute) -> Meeting:
    fresh = Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk, dispute=dispute)
    if not fresh.is_ahead:
        raise Refused(OVER, code="stale")
    return fresh


@one_act
def hold_meeting(
    *, meeting: Meeting, minutes: Minutes, attended: Sequence[int], by: Appointment, now: datetime
) -> Meeting:
    """Write the minutes of a meeting that has been held; for every agency that was there it is a discussion."""
    dispute = lock(meeting.dispute)
    working_agency(dispute, by)
    meeting = _open(meeting, dispute)
    guests = list(meeting.invitations.select_related("who__user", "who__agency", "who__partnership"))
    there = [row.who for row in guests if row.who_id in set(attended)]
    held_at = minutes.held_at or meeting.starts_at
    _check_minutes(minutes, there, held_at, now=now)
    meeting.invitations.filter(who__in=there).update(attended=True)
    meeting.invitations.exclude(who__in=there).update(attended=False)
    names = "; ".join([who.described for who in there] + [minutes.also_there] * bool(minutes.also_there.strip()))
    log_discussion(
        dispute=dispute, kind=Discussion.Kind.MEETING, mode=minutes.mode, happened_at=held_at, with_whom=names[:300],
        result=_in_words(minutes, names), by=by, now=now,
    )
    for agency in {one.pk: one for who in there if (one := leads.stands_for(dispute, who)) is not None}.values():
        if permissions.side_of_agency(dispute, agency.pk) is not None:
            duties.fulfil(dispute, DutyKind.DISCUSSION_HELD, agency=agency, by=by, now=now)
    meeting.held_at, meeting.mode, meeting.also_there = held_at, minutes.mode, minutes.also_there
    meeting.said, meeting.decisions, meeting.dissent = minutes.said, minutes.decisions, minutes.dissent
    meeting.minuted_at, meeting.minuted_by = now, by
    meeting.save()
    audit.record("meeting_held", meeting, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "attended": [who.pk for who in there], "dissent": bool(minutes.dissent)})
    _tell(dispute, meeting, [row.who for row in guests if row.who_id != by.seat_id], "held", now=now,
          text="the minutes of a meeting are there.")
    return meeting


def _check_minutes(minutes: Minutes, there: Sequence[Appointment], held_at: datetime, *, now: datetime) -> None:
    if held_at > now:
        raise Refused("Write the minutes after the meeting has taken place. Check the date and time.", field="held_at")
    if minutes.mode not in ContactMode.values:
        raise Refused("Say how you met.", field="mode")
    if not there:
        raise Refused("Say who of those invited was there. If nobody came, call the meeting off.", field="attended")
    if not minutes.said.strip():
        raise Refused("Say what was said.", field="said")


def _in_words(minutes: Minutes, names: str) -> str:
    parts = [f"There: {names}", minutes.said, f"Decided: {minutes.decisions.strip() or 'nothing'}"]
    parts.append(f"Did not agree: {minutes.dissent}" if minutes.dissent.strip() else "No dissent was recorded.")
    return "\n\n".join(parts)


@one_act
def call_off(*, meeting: Meeting, why: str, by: Appointment, now: datetime) -> Meeting:
    """Call a meeting off, with the reason; those invited are told."""
    dispute = lock(meeting.dispute)
    working_agency(dispute, by)
    meeting = _open(meeting, dispute)
    if not why.strip():
        raise Refused("Say why it does not take place.", field="why")
    meeting.cancelled_at, meeting.cancelled_why = now, why
    meeting.save(update_fields=["cancelled_at", "cancelled_why"])
    chronology.tell(dispute, f"Meeting called off: {meeting.kind}", by=by, now=now, body=why, stage=meeting.stage)
    audit.record("meeting_called_off", meeting, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    guests = meeting.invitations.exclude(who=by.seat_id).select_related("who__user", "who__agency", "who__partnership")
    _tell(dispute, meeting, [row.who for row in guests], "off", now=now, text="a meeting was called off.")
    return meeting


def diary_entry(meeting: Meeting, *, address: str, host: str) -> str:
    """The meeting as an .ics file: reference, time, the word 'meeting' and a link; no name, agency or kind (T14)."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{host}//meeting//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:meeting-{meeting.pk}@{host}",
        f"DTSTAMP:{_stamp(meeting.cancelled_at or meeting.recorded_at)}",
        f"DTSTART:{_stamp(meeting.starts_at)}",
        f"DTEND:{_stamp(meeting.starts_at + USUAL_LENGTH)}",
        f"SUMMARY:{meeting.dispute.reference}: meeting",
        f"STATUS:{'CANCELLED' if meeting.cancelled_at else 'CONFIRMED'}",
        f"URL:{address}",
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
