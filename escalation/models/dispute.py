"""Disputes, and the only moves they can make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, FSMField, transition

from cases.models import Absence, Agency, Appointment, Case, Partnership
from cases.models.case import Capacity
from escalation import permissions
from escalation.models.protocol import ProtocolVersion
from escalation.models.reach import long_ended
from escalation.models.relations import engagement_of, forget_reach, is_over, seen_by
from escalation.protocol import Protocol, Stage


class Status(models.TextChoices):
    """What a dispute waits for; where it stands in the protocol is its stage."""

    AWAITING_REPLY = "awaiting_reply", "Waiting for a reply"
    IN_DISCUSSION = "in_discussion", "Being discussed"
    AWAITING_REFERRAL = "awaiting_referral", "Referral being prepared"
    REFERRED = "referred", "Referred for the last word"
    AWAITING_CONFIRMATION = "awaiting_confirmation", "Waiting for written confirmation"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


AT_WORK = (Status.AWAITING_REPLY, Status.IN_DISCUSSION)
RUNNING = (*AT_WORK, Status.AWAITING_REFERRAL, Status.REFERRED, Status.AWAITING_CONFIRMATION)
ENDED = (Status.CLOSED, Status.WITHDRAWN)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes as somebody may see them."""

    def visible_to(self, acting: Appointment) -> DisputeQuerySet:
        """Those that the access table lets this person know of; every other dispute does not exist for them."""
        mine = self.filter(partnership=acting.partnership_id).exclude(case__in=Case.objects.shut_to(acting))
        return mine.filter(seen_by(acting))

    def running(self) -> DisputeQuerySet:
        """Those that have not ended."""
        return self.filter(status__in=RUNNING)

    def with_page_data(self) -> DisputeQuerySet:
        """Everything a line or page about a dispute shows, in a fixed number of queries."""
        ago = models.ExpressionWrapper(long_ended(), models.BooleanField())
        return self.annotate(long_ended=ago).defer("protocol__document").select_related(
            "case__person", "protocol", "partnership", "raising_agency", "raised_by__user", "raised_by__agency"
        ).prefetch_related(
            "parties__agency", "participants__appointment__user", "participants__appointment__agency",
            "deadlines__changes", "stages", "supports", "advice_requests",
            models.Prefetch("partnership__absences", Absence.objects.in_force_now().with_people(), to_attr="away_now"),
        )


def _status_after_opening(dispute: Dispute, *, is_referral: bool, **_: Any) -> str:
    return Status.AWAITING_REFERRAL if is_referral else Status.AWAITING_REPLY


def _status_after_contest(dispute: Dispute, *, is_referral: bool, **_: Any) -> str:
    return Status.AWAITING_REFERRAL if is_referral else Status.IN_DISCUSSION


class Dispute(models.Model):
    """One professional disagreement about the safety of one person at risk, or about how agencies work together."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=30, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disputes")
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="disputes")
    track = models.CharField(max_length=40, blank=True)
    status = FSMField(default=Status.AWAITING_REPLY, choices=Status.choices, protected=True, db_index=True)
    stage = models.PositiveSmallIntegerField()

    raised_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="raised_disputes")
    raised_at = models.DateTimeField()
    raising_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="raised_disputes")
    concern_arose_at = models.DateTimeField()
    decision_received_at = models.DateTimeField(null=True, blank=True)

    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=40)
    ground = models.CharField(max_length=40)
    category = models.CharField(max_length=40)
    decision_disputed = models.TextField()
    decided_by = models.CharField(max_length=200, blank=True)
    worry = models.TextField()
    evidence = models.TextField(blank=True)
    aim = models.TextField(blank=True)
    proposed_resolution = models.TextField()
    capacity = models.CharField(max_length=20, choices=Capacity.choices, default=Capacity.NOT_KNOWN)
    persons_view = models.TextField(blank=True)
    earlier_forum = models.TextField(blank=True)
    danger_answer = models.CharField(max_length=20)

    entry_stage = models.PositiveSmallIntegerField(default=1)
    is_immediate_risk = models.BooleanField(default=False)
    immediate_risk_reason = models.TextField(blank=True)

    closed_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["partnership", "status"]), models.Index(fields=["partnership", "-raised_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(entry_stage=1) | Q(is_immediate_risk=True), name="later_entry_only_for_immediate_risk"
            ),
            models.CheckConstraint(
                condition=Q(is_immediate_risk=False) | ~Q(immediate_risk_reason=""),
                name="immediate_risk_needs_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, closed_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(closed_at__isnull=True)),
                name="closed_at_with_end",
            ),
            models.CheckConstraint(condition=Q(stage__gte=models.F("entry_stage")), name="stage_never_below_entry"),
        ]
        triggers = [
            pgtrigger.Protect(name="dispute_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="dispute_begins_at_the_beginning",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status__in=["awaiting_reply", "awaiting_referral"]),
            ),
            pgtrigger.Protect(
                name="dispute_never_goes_down",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__stage__lt=pgtrigger.F("old__stage")),
            ),
            pgtrigger.ReadOnly(
                name="what_was_raised_is_frozen",
                fields=[
                    "partnership", "reference", "case", "protocol", "track", "raised_by", "raised_at", "raising_agency",
                    "concern_arose_at", "title", "subject", "ground", "category", "decision_disputed", "worry",
                    "evidence", "aim", "proposed_resolution", "danger_answer", "entry_stage",
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_over_for(self, who: Appointment) -> bool:
        """Whether access to it has ended for ``who``, because it ended some weeks ago."""
        return is_over(self, who)

    def engagement_of(self, who: Appointment) -> int | None:
        """The number of the engagement under which ``who`` reads it for audit."""
        return engagement_of(self, who)

    def refresh_from_db(self, using: str | None = None, fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Reload; the protected field is emptied first, so that no other instance is affected (stack.md, django-fsm-2)."""
        if fields is None:
            self._prefetched_objects_cache: dict[str, Any] = {}
            forget_reach(self)
            names = [field.attname for field in self._meta.concrete_fields]
        else:
            names = list(fields)
        before = self.__dict__.pop("status", None) if "status" in names else None
        try:
            super().refresh_from_db(using, names, **kwargs)
        except BaseException:
            if before is not None:
                self.__dict__.setdefault("status", before)
            raise

    @property
    def rules(self) -> Protocol:
        """The rules of the protocol, and of the track of it, that this dispute began under and keeps."""
        return self.protocol.rules_of(self.track)

    @property
    def rules_now(self) -> Stage:
        """The protocol's text of the stage it stands at."""
        return self.rules.stage(self.stage)

    @property
    def token(self) -> str:
        """Where it stands, for a form to hand back: a move made since then is noticed."""
        return f"{self.stage}.{self.status}.{self.moved_at.timestamp():.6f}"

    @property
    def is_last_stage(self) -> bool:
        """Whether there is no further stage."""
        return self.stage == len(self.rules.stages)

    @property
    def has_ended(self) -> bool:
        """Whether it is closed or withdrawn."""
        return self.status in ENDED

    @transition(
        field=status, source=Status.AWAITING_REPLY, target=Status.IN_DISCUSSION, permission=permissions.may_reply
    )
    def reply(self, *, now: datetime) -> None:
        """Those asked have answered; it is for the raising side to agree or to take it further."""
        self.moved_at = now

    @transition(
        field=status,
        source=list(AT_WORK),
        target=GET_STATE(_status_after_opening, states=[Status.AWAITING_REPLY, Status.AWAITING_REFERRAL]),
        permission=permissions.may_escalate,
    )
    def escalate(self, *, now: datetime, to_stage: int, is_referral: bool) -> None:
        """On to a later stage."""
        self.stage = to_stage
        self.moved_at = now

    @transition(
        field=status,
        source=[*AT_WORK, Status.AWAITING_REFERRAL],
        target=Status.AWAITING_CONFIRMATION,
        permission=permissions.may_agree,
    )
    def agree(self, *, now: datetime) -> None:
        """Settled between the agencies; each must still confirm in writing."""
        self.moved_at = now

    @transition(
        field=status, source=Status.AWAITING_REFERRAL, target=Status.REFERRED, permission=permissions.may_refer
    )
    def refer(self, *, now: datetime) -> None:
        """Handed to whoever has the last word."""
        self.moved_at = now

    @transition(
        field=status, source=Status.REFERRED, target=Status.AWAITING_REFERRAL, permission=permissions.may_give_last_word
    )
    def return_referral(self, *, now: datetime) -> None:
        """Handed back because something is missing."""
        self.moved_at = now

    @transition(
        field=status, source=Status.REFERRED, target=Status.AWAITING_CONFIRMATION, permission=permissions.may_give_last_word
    )
    def give_last_word(self, *, now: datetime) -> None:
        """The chair, officer or representatives have spoken."""
        self.moved_at = now

    @transition(
        field=status,
        source=Status.AWAITING_CONFIRMATION,
        target=GET_STATE(_status_after_contest, states=[Status.IN_DISCUSSION, Status.AWAITING_REFERRAL]),
        permission=permissions.may_contest,
    )
    def contest(self, *, now: datetime, is_referral: bool) -> None:
        """An agency does not confirm what was said to be agreed: back to where it stood."""
        self.moved_at = now

    @transition(
        field=status, source=Status.AWAITING_CONFIRMATION, target=Status.CLOSED, permission=permissions.may_close
    )
    def close(self, *, now: datetime) -> None:
        """Every agency has confirmed the outcome in writing."""
        self.closed_at = now
        self.moved_at = now

    @transition(
        field=status,
        source=[*AT_WORK, Status.AWAITING_REFERRAL, Status.REFERRED],
        target=Status.WITHDRAWN,
        permission=permissions.may_withdraw,
    )
    def withdraw(self, *, now: datetime) -> None:
        """The side that raised it takes it back."""
        self.closed_at = now
        self.moved_at = now


def allowed_moves() -> list[tuple[str, str, str]]:
    """Every (name, from, to) of the machine, read from its own transitions: for the trigger, the diagram and the tests."""
    moves: set[tuple[str, str, str]] = set()
    for move in Dispute._meta.get_field("status").get_all_transitions(Dispute):
        targets = move.target.allowed_states if hasattr(move.target, "allowed_states") else [move.target]
        moves |= {(move.name, str(move.source), str(target)) for target in targets}
    return sorted(moves)


pgtrigger.register(
    pgtrigger.FSM(
        name="dispute_moves_only_as_allowed",
        field="status",
        transitions=sorted({(source, target) for _, source, target in allowed_moves()}),
    )
)(Dispute)
