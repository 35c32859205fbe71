"""Published protocol versions: added, never changed; a dispute keeps the version it began under."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.db import models

from cases.models import Appointment, Partnership
from escalation.protocol import Protocol

_READ: dict[str, Protocol] = {}
_TRACKS: dict[tuple[str, str], Protocol] = {}


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    """Versions by partnership and date."""

    def visible_to(self, acting: Appointment) -> ProtocolVersionQuerySet:
        """The versions of one's own partnership: whoever acts in it may read how it works."""
        return self.filter(partnership=acting.partnership_id)

    def current_for(self, partnership: Partnership, *, on: date) -> ProtocolVersion | None:
        """The version in force on a day (London): the newest of those that have taken effect by then."""
        return self.filter(partnership=partnership, effective_from__lte=on).order_by("-version").first()

    def newest_for(self, partnership: Partnership) -> ProtocolVersion | None:
        """The version published last, also when it takes effect only on a later day."""
        return self.filter(partnership=partnership).order_by("-version").first()


class ProtocolVersion(models.Model):
    """One published text of a partnership's protocol."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="protocols")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ["partnership_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "version"], name="protocol_version_once")
        ]
        triggers = [
            pgtrigger.Protect(name="protocol_version_is_frozen", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    @property
    def protocol(self) -> Protocol:
        """The document as typed data; read once per process, because a published text never changes."""
        if self.sha256 not in _READ:
            _READ[self.sha256] = Protocol.as_published(self.document)
        return _READ[self.sha256]

    def rules_of(self, track: str) -> Protocol:
        """The rules of one track, read once like the whole; LookupError when there is no such track."""
        if (self.sha256, track) not in _TRACKS:
            _TRACKS[self.sha256, track] = self.protocol.track(track)
        return _TRACKS[self.sha256, track]

    def track_label(self, key: str) -> str:
        """What a track is called; empty where the protocol has one way only."""
        return next((track.label for track in self.protocol.tracks if track.key == key), "")
