"""Publishing a partnership's protocol: an immutable version that new disputes begin under."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from cases import audit
from cases.errors import Refused
from cases.models import Appointment, Partnership
from cases.rows import one_act
from escalation.models import ProtocolVersion
from escalation.protocol import Protocol
from escalation.protocol_errors import in_words
from escalation.protocol_files import sha256


@one_act
def publish_protocol(
    *, partnership: Partnership, document: Protocol | Mapping[str, Any], by: Appointment | None, now: datetime
) -> ProtocolVersion:
    """Add the document as the partnership's next version; running disputes keep theirs.

    The text that is in force already is not published twice: its version is returned and nothing changes.
    """
    protocol = _valid(document)
    partnership = Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    if protocol.nation != partnership.nation:
        raise Refused(
            f"This protocol is for {protocol.nation.value} and {partnership.name} is in {partnership.nation}, where other "
            "days are holidays. Correct 'nation' in the file, or publish it for another partnership.",
            field="nation",
        )
    current = ProtocolVersion.objects.newest_for(partnership)
    if current is not None and current.protocol == protocol:
        return current
    version = ProtocolVersion.objects.create(
        partnership=partnership,
        key=protocol.key,
        name=protocol.name[:200],
        version=current.version + 1 if current else 1,
        document=protocol.model_dump(mode="json"),
        sha256=sha256(protocol),
        effective_from=protocol.effective_from,
        published_at=now,
        published_by=by,
    )
    audit.record(
        "protocol_published",
        version,
        scope=audit.scope_of_partnership(partnership.pk),
        by=by,
        now=now,
        data={"version": version.version, "sha256": version.sha256},
    )
    return version


def _valid(document: Protocol | Mapping[str, Any]) -> Protocol:
    if isinstance(document, Protocol):
        return document
    try:
        return Protocol.model_validate(document)
    except ValidationError as error:
        said = [f"{'.'.join(str(part) for part in one['loc'])}: {in_words(one)}" for one in error.errors()]
        raise Refused("This is not a valid protocol. " + "; ".join(said)) from error
