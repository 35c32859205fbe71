"""A protocol's next version from the first draft to its publication by a second person; every step audited and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cases import audit
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Partnership
from cases.roles import Permission, Role
from cases.rows import one_act
from escalation import calendars, notifications, protocol_drafting
from escalation.actions.protocols import publish_protocol
from escalation.deadlines import LONDON
from escalation.models import LocalClosure, ProtocolDraft, ProtocolVersion
from escalation.models.protocol_draft import APPROVERS
from escalation.protocol import Protocol
from escalation.protocol_directory import agencies_of
from escalation.protocol_drafting import Document, Place
from escalation.protocol_questions import in_form_words
from escalation.protocol_tester import Trial, tried
from escalation.working_days import Calendar

NOT_YOURS = "Only the board manager writes the protocol."
CHANGED = "Somebody else changed this draft after you opened it. Look at what it says now, and save again."
SUBMITTED = "This draft waits for its approval and cannot be changed. Take it back first."
PUBLISHED = "This draft was published: it is a version now and does not change any more. Begin a new draft."
LARGEST = 400_000


def trial_of(draft: ProtocolDraft, *, now: datetime) -> Trial:
    """What is to be corrected in a draft, and what deserves a second look, with today's directory and calendar."""
    protocol, problems = protocol_drafting.read(draft.document)
    if protocol is None:
        return Trial(None, problems)
    today = now.astimezone(LONDON).date()
    directory = agencies_of(draft.partnership, on=today)
    newest = ProtocolVersion.objects.newest_for(draft.partnership)
    return tried(
        protocol, calendar_of(draft.partnership, protocol), directory, on=today, after=newest.effective_from if newest else None
    )


def calendar_of(partnership: Partnership, protocol: Protocol) -> Calendar:
    """The calendar a case of the partnership would be counted in under a protocol, with the board's own closures."""
    return calendars.calendar_for(protocol.nation, closures=LocalClosure.objects.days(partnership.pk))


def may_approve(draft: ProtocolDraft, by: Appointment) -> bool:
    """The chair or another board manager; never anybody who wrote in the draft or submitted it."""
    return by.role in APPROVERS and by.partnership_id == draft.partnership_id and by.people.isdisjoint(writers_of(draft))


def writers_of(draft: ProtocolDraft) -> set[int]:
    """Everybody who began, changed or submitted the draft, as the audit trail knows it."""
    acts = ("protocol_draft_started", "protocol_draft_edited", "protocol_draft_submitted")
    events = AuditEvent.objects.filter(object_type=draft._meta.label_lower, object_id=str(draft.pk), action__in=acts)
    return {who for pair in events.values_list("user", "appointment__in_place_of__user") for who in pair if who}


@one_act
def start_protocol_draft(
    *, document: Mapping[str, Any], by: Appointment, now: datetime, based_on: ProtocolVersion | None = None
) -> ProtocolDraft:
    """A draft with what a version, a template or a file says."""
    _refuse_who_does_not_write(by)
    draft = ProtocolDraft.objects.create(
        partnership=by.partnership,
        based_on=based_on,
        document=dict(document),
        created_at=now,
        edited_at=now,
        edited_by=by,
    )
    _audit("protocol_draft_started", draft, by=by, now=now, based_on=based_on.version if based_on else None)
    return draft


def save_part(
    *, draft: ProtocolDraft, place: Place, values: Mapping[str, Any], seen: int, by: Appointment, now: datetime
) -> ProtocolDraft:
    """Settings of one part of the draft, valid or not; None takes a setting out."""
    return _edited(draft, seen, by, now, lambda document: protocol_drafting.changed(document, place, values), place)


def add_entry(
    *, draft: ProtocolDraft, place: Place, seen: int, by: Appointment, now: datetime
) -> tuple[ProtocolDraft, Place]:
    """One more stage, limit, duty, notice, role, …; the place of the new entry comes back with the draft."""
    found: list[Place] = []

    def one_more(document: Document) -> Document:
        document, where = protocol_drafting.added(document, place)
        found.append(where)
        return document

    return _edited(draft, seen, by, now, one_more, place), found[0]


def remove_entry(*, draft: ProtocolDraft, place: Place, seen: int, by: Appointment, now: datetime) -> ProtocolDraft:
    """One entry less."""
    return _edited(draft, seen, by, now, lambda document: protocol_drafting.removed(document, place), place)


def move_entry(
    *, draft: ProtocolDraft, place: Place, way: int, seen: int, by: Appointment, now: datetime
) -> ProtocolDraft:
    """An entry one place up (-1) or down (1)."""
    return _edited(draft, seen, by, now, lambda document: protocol_drafting.moved(document, place, way), place)


@one_act
def _edited(
    draft: ProtocolDraft,
    seen: int,
    by: Appointment,
    now: datetime,
    change: Callable[[Document], Document],
    place: Place,
) -> ProtocolDraft:
    draft = _locked(draft)
    _refuse_who_does_not_write(by, draft)
    if draft.submitted_at is not None:
        raise Refused(SUBMITTED, code="shut")
    if draft.edits != seen:
        raise Refused(CHANGED, code="stale")
    try:
        document = change(draft.document)
    except LookupError as error:
        raise Refused(str(error.args[0]), code="stale") from error
    if len(str(document)) > LARGEST:
        raise Refused("The draft has become too long to be a protocol. Shorten it.")
    draft.document, draft.edits, draft.edited_at, draft.edited_by = document, draft.edits + 1, now, by
    draft.save(update_fields=["document", "edits", "edited_at", "edited_by"])
    _audit("protocol_draft_edited", draft, by=by, now=now, place=protocol_drafting.written(place), edit=draft.edits)
    return draft


@one_act
def submit_protocol_draft(
    *, draft: ProtocolDraft, acknowledged: Sequence[str], seen: int, by: Appointment, now: datetime
) -> ProtocolDraft:
    """Hand the draft to a second person; refused while it contradicts itself or a warning was not looked at."""
    draft = _locked(draft)
    _refuse_who_does_not_write(by, draft)
    if draft.submitted_at is not None:
        raise Refused("It was submitted already.", code="stale")
    if draft.edits != seen:
        raise Refused(CHANGED, code="stale")
    warnings = _refuse_contradictions(draft, now)
    if not set(warnings) <= set(acknowledged):
        raise Refused("Read each warning and tick it, or correct what it is about.", field="acknowledged")
    draft.submitted_at, draft.submitted_by, draft.acknowledged = now, by, warnings
    draft.returned_at = draft.returned_by = None
    draft.returned_why = ""
    draft.save()
    _audit("protocol_draft_submitted", draft, by=by, now=now, edit=draft.edits, warnings=len(warnings))
    people = Appointment.objects.active_on(now.astimezone(LONDON).date()).filter(
        partnership=draft.partnership, role__in=APPROVERS
    )
    text = (
        f"A new version of the protocol waits for a second person: {draft.title}. Open Protocol to read and approve it."
    )
    writers = writers_of(draft)
    _tell(draft, [who for who in people if who.user_id not in writers], text, "submitted", now)
    return draft


def _refuse_contradictions(draft: ProtocolDraft, now: datetime) -> list[str]:
    """The warnings, once nothing stands against publishing."""
    trial = trial_of(draft, now=now)
    if trial.protocol is None or trial.problems:
        count = len(trial.problems)
        things = "One thing is" if count == 1 else f"{count} things are"
        raise Refused(f"{things} to be corrected first; each is listed with its place.", code="shut")
    if trial.protocol.nation != draft.partnership.nation:
        raise Refused(
            "The protocol names another nation than the partnership’s, where other days are holidays.", code="shut"
        )
    newest = ProtocolVersion.objects.newest_for(draft.partnership)
    if newest is not None and newest.protocol == trial.protocol:
        raise Refused(
            "Nothing is different from the version published last, so there is nothing to publish.", code="shut"
        )
    return [warning_text(finding.place, finding.message) for finding in trial.warnings]


def warning_text(place: Place, message: str) -> str:
    """A warning as it is acknowledged: its place and what it says."""
    return f"{protocol_drafting.place_in_words(place)}: {in_form_words(message)}"


@one_act
def take_back_protocol_draft(*, draft: ProtocolDraft, by: Appointment, now: datetime) -> ProtocolDraft:
    """Take a submitted draft back, to change it again."""
    draft = _locked(draft)
    _refuse_who_does_not_write(by, draft)
    _refuse_not_submitted(draft)
    draft.submitted_at = draft.submitted_by = None
    draft.save(update_fields=["submitted_at", "submitted_by"])
    _audit("protocol_draft_taken_back", draft, by=by, now=now)
    return draft


@one_act
def return_protocol_draft(*, draft: ProtocolDraft, why: str, by: Appointment, now: datetime) -> ProtocolDraft:
    """The second person does not approve: the draft goes back with the reasons."""
    draft = _locked(draft)
    _refuse_who_may_not_approve(draft, by)
    if not why.strip():
        raise Refused("Say what should be different.", field="why")
    writer = draft.submitted_by
    draft.submitted_at = draft.submitted_by = None
    draft.returned_at, draft.returned_by, draft.returned_why = now, by, why.strip()
    draft.save()
    _audit("protocol_draft_returned", draft, by=by, now=now)
    text = f"The draft {draft.title} came back with reasons. Open Protocol to read them."
    _tell(draft, [writer] if writer else [], text, "returned", now)
    return draft


@one_act
def approve_protocol_draft(*, draft: ProtocolDraft, seen: int, by: Appointment, now: datetime) -> ProtocolVersion:
    """The second person publishes the draft; new disputes begin under it from its day, running ones keep theirs."""
    draft = _locked(draft)
    _refuse_who_may_not_approve(draft, by)
    if draft.edits != seen:
        raise Refused(CHANGED, code="stale")
    _refuse_contradictions(draft, now)
    version = publish_protocol(partnership=draft.partnership, document=draft.document, by=by, now=now)
    draft.became = version
    draft.save(update_fields=["became"])
    _audit("protocol_draft_approved", draft, by=by, now=now, version=version.version)
    text = (
        f"Version {version.version} of the protocol is published. Disputes raised from "
        f"{version.effective_from:%d %B %Y} on begin under it; running ones keep theirs. Guidance shows it from that day."
    )
    _tell(draft, _everybody_concerned(draft, now), text, "published", now)
    return version


@one_act
def discard_protocol_draft(*, draft: ProtocolDraft, by: Appointment, now: datetime) -> None:
    """Throw a draft away; that it was there stays in the audit trail."""
    draft = _locked(draft)
    _refuse_who_does_not_write(by, draft)
    if draft.submitted_at is not None:
        raise Refused(SUBMITTED, code="shut")
    _audit("protocol_draft_discarded", draft, by=by, now=now, edit=draft.edits)
    draft.delete()


def _locked(draft: ProtocolDraft) -> ProtocolDraft:
    found = ProtocolDraft.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "partnership", "edited_by", "submitted_by", "based_on"
    ).filter(pk=draft.pk).first()  # fmt: skip
    if found is None:
        raise Refused("This draft was thrown away.", code="stale")
    if found.became_id is not None:
        raise Refused(PUBLISHED, code="stale")
    return found


def _refuse_who_does_not_write(by: Appointment, draft: ProtocolDraft | None = None) -> None:
    elsewhere = draft is not None and draft.partnership_id != by.partnership_id
    if elsewhere or not by.has(Permission.MANAGE_PROTOCOL):
        raise Refused(NOT_YOURS, code="forbidden")


def _refuse_not_submitted(draft: ProtocolDraft) -> None:
    if draft.submitted_at is None:
        raise Refused("This draft is not submitted: it is with whoever writes it.", code="stale")


def _refuse_who_may_not_approve(draft: ProtocolDraft, by: Appointment) -> None:
    _refuse_not_submitted(draft)
    if not may_approve(draft, by):
        said = "Somebody else must approve it: the chair or another board manager, never whoever wrote or submitted it."
        raise Refused(said, code="forbidden")


def _everybody_concerned(draft: ProtocolDraft, now: datetime) -> list[Appointment]:
    roles = (*APPROVERS, Role.SAFEGUARDING_LEAD, Role.BOARD_REPRESENTATIVE)
    active = Appointment.objects.active_on(now.astimezone(LONDON).date())
    return list(active.filter(partnership=draft.partnership, role__in=roles).select_related("user").order_by("pk"))


def _audit(action: str, draft: ProtocolDraft, *, by: Appointment, now: datetime, **data: Any) -> None:
    audit.record(action, draft, scope=audit.scope_of_partnership(draft.partnership_id), by=by, now=now, data=data)


def _tell(draft: ProtocolDraft, people: Sequence[Appointment], text: str, what: str, now: datetime) -> None:
    key = f"protocol:{draft.pk}:{what}:{draft.edits}:{now:%Y%m%d%H%M%S}"
    notifications.tell_of_protocol(people, text=text, key=key, now=now)
