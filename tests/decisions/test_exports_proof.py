"""Each document says how it can be checked: the newest checkpoint, and the way from the case's chain to its root."""

from __future__ import annotations

from datetime import datetime

import pytest

from cases import audit, merkle, signing
from cases.models import AuditCheckpoint
from decisions import exports, tasks
from decisions.exports.page import as_html
from decisions.models import Export
from tests.decisions.documents import HISTORY, REFERRAL, asked
from tests.decisions.reading import text_of
from tests.factories import make_case
from tests.factories_decisions import referred
from tests.factories_disputes import make_dispute, people_under

pytestmark = pytest.mark.django_db


def made(export: Export) -> tuple[str, dict[str, str]]:
    """The text of the finished document, and the facts of its last part."""
    tasks.render_exports()
    export.refresh_from_db()
    assert export.state == Export.State.READY, export.problem
    last = export.bundle["sections"][-1]
    assert last["key"] == "proof"
    rows = {row["label"]: row["text"] for block in last["blocks"] if block["type"] == "facts" for row in block["rows"]}
    return text_of(bytes(export.pdf or b"")), rows


def test_a_case_history_prints_the_checkpoint_and_a_proof_that_leads_to_its_root(now: datetime) -> None:
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    for _ in range(4):
        make_case(people, now=now)
    text, rows = made(asked(dispute, people.council.practitioner, now, HISTORY))
    newest = AuditCheckpoint.objects.order_by("-number")[0]
    place, at = rows["The chain’s place"].split(", at event ")
    index, size = place.split(" of ")
    steps = tuple(bytes.fromhex(step) for step in rows["The hashes beside its way up"].split())
    leaf = merkle.leaf_of(audit.scope_of_case(dispute.case_id), int(at), bytes.fromhex(rows["That event (SHA-256)"]))
    root = merkle.root_from(leaf, merkle.Proof(int(index) - 1, int(size), steps))
    assert root.hex() == rows["Its root (SHA-256)"] == bytes(newest.root).hex()
    assert rows["Signed with the key"] == signing.key_id(signing.public_key())
    assert f"{newest.number} of {newest.origin}" in rows["Checkpoint"]
    for printed in (root.hex(), newest.key_id, *rows["The hashes beside its way up"].split()):
        assert printed in text


def test_the_checkpoint_is_frozen_with_the_document(now: datetime) -> None:
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    export = asked(dispute, people.council.practitioner, now, HISTORY)
    _, rows = made(export)
    made(asked(dispute, people.health.practitioner, now, HISTORY))
    assert AuditCheckpoint.objects.count() == 2
    assert f"Checkpoint</dt><dd><p>{rows['Checkpoint']}" in as_html(export.bundle, exports.fingerprint(export.bundle))


def test_a_referral_prints_the_checkpoint_alone(now: datetime) -> None:
    people = people_under("halton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    _, rows = made(asked(dispute, people.chair, now, REFERRAL))
    assert set(rows) == {"Checkpoint", "Over", "Its root (SHA-256)", "Signed with the key"}
