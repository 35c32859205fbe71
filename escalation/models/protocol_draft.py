"""Drafts of a protocol's next version: edited by forms, submitted by one person, published by another."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from cases.models import Appointment, Partnership
from cases.roles import Permission, Role
from escalation.models.protocol import ProtocolVersion

APPROVERS = (Role.BOARD_MANAGER, Role.CHAIR)


class ProtocolDraftQuerySet(models.QuerySet["ProtocolDraft"]):
    """Drafts as somebody may see them."""

    def visible_to(self, acting: Appointment) -> ProtocolDraftQuerySet:
        """Those of one's partnership: all of them for whoever manages the protocol, the submitted ones for the chair."""
        own = self.filter(partnership=acting.partnership_id)
        if acting.has(Permission.MANAGE_PROTOCOL):
            return own
        return own.filter(submitted_at__isnull=False) if acting.role in APPROVERS else self.none()

    def open(self) -> ProtocolDraftQuerySet:
        """Those that did not become a version yet."""
        return self.filter(became__isnull=True)


class ProtocolDraft(models.Model):
    """A protocol on its way to be published; unlike a published version it may be incomplete or contradict itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="protocol_drafts")
    based_on = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="drafts")
    document = models.JSONField(default=dict)
    edits = models.PositiveIntegerField(
        default=0, help_text="Counts changes, so that two editors do not overwrite each other."
    )
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged = models.JSONField(default=list, help_text="The warnings that were read and accepted on submitting.")
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    returned_why = models.TextField(blank=True)
    became = models.OneToOneField(ProtocolVersion, on_delete=models.PROTECT, null=True, related_name="was_drafted_as")

    objects = ProtocolDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-edited_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="protocol_draft_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_by__isnull=True)
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="protocol_draft_returned_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What to call it in a list: its name and its own version, as far as they are written."""
        name, version = self._text("name") or "Protocol without a name", self._text("version")
        return f"{name}, {version}" if version else name

    @property
    def is_submitted(self) -> bool:
        """Whether it waits for a second person."""
        return self.submitted_at is not None and self.became_id is None

    def _text(self, setting: str) -> str:
        document: dict[str, Any] = self.document
        return str(document.get(setting) or "")[:200]
