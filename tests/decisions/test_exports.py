"""Documents: what they hold for whom, how they are asked for and made, and what happens when that goes wrong."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Role
from decisions import exports, tasks
from decisions.actions import exports as actions
from decisions.exports.page import as_html, as_pdf
from decisions.models import Export
from decisions.pdf import CannotRender, Rendered
from escalation.actions import moves, positions
from escalation.models import Dispute
from tests.clock import Clock
from tests.decisions.reading import opened, tags_of, text_of
from tests.factories import Cast, make_appointment, make_case
from tests.factories_decisions import confirm_all, make_record, sign, with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.processes import Worker

KEYS = ("halton", "dundee", "luton", "south_lanarkshire")
HISTORY, REFERRAL = Export.Kind.CASE_HISTORY, Export.Kind.REFERRAL


def closed_dispute(people: Cast, now: datetime) -> Dispute:
    """Everything that can be in a document: a signed decision, a referral, the last word, both confirmations."""
    dispute = make_dispute(people, now=now)
    if not dispute.rules.stages[0].single_agency:
        positions.state_position(
            dispute=fresh(dispute), by=people.health.practitioner, now=now, stance="stands", text="The ward sees no risk."
        )
    sign(make_record(fresh(dispute), people.council.practitioner, now=now), people.council.line_manager, now=now)
    return confirm_all(with_last_word(fresh(dispute), now=now), now=now)


def bundle_of(dispute: Dispute, by: Appointment, now: datetime, kind: str = HISTORY) -> dict[str, Any]:
    return exports.assemble(fresh(dispute), kind=kind, reason="For the review on Monday.", by=by, now=now)


def section(bundle: dict[str, Any], key: str) -> str:
    return str(next(one for one in bundle["sections"] if one["key"] == key))


def keys(bundle: dict[str, Any]) -> list[str]:
    return [one["key"] for one in bundle["sections"]]


def asked(dispute: Dispute, by: Appointment, now: datetime, kind: str = HISTORY) -> Export:
    return actions.request_export(dispute=dispute, kind=kind, reason="For the review.", by=by, now=now)


def events(export: Export) -> list[str]:
    found = AuditEvent.objects.filter(object_type="decisions.export", object_id=str(export.pk)).order_by("seq")
    return list(found.values_list("action", flat=True))


@pytest.fixture
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


# --- what it holds -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_a_whole_dispute_of_each_protocol_is_in_its_history(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    bundle = bundle_of(closed_dispute(people, now), people.auditor, now)
    for wanted in ("about", "rules", "summary", "safety", "practitioner", "stages", "chronology", "positions", "decisions",
                   "referral", "outcome", "feedback", "owed", "people", "looked", "proof"):  # fmt: skip
        assert wanted in keys(bundle), wanted
    assert "Made for" in section(bundle, "about")
    assert "For the review on Monday." in section(bundle, "about")
    decision = section(bundle, "decisions")
    for element in ("1. Evidence", "1. What was not known", "2. How", "3. What", "4. What else", "5. Why", "5. Who",
                    "6. Policy", "7. In"):  # fmt: skip
        assert element in decision
    assert "The risk is at night; this meets it." in decision
    assert "SHA-256" in decision
    assert section(bundle, "outcome").count("confirms") >= 2
    assert "undefined" not in as_html(bundle, "0" * 64)


def test_says_which_days_were_counted_and_how(people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    bundle = bundle_of(dispute, people.council.practitioner, now)
    rules = section(bundle, "rules")
    assert "Calendar days are counted. Day 1 is the day the concern arose." in rules
    assert dispute.protocol.sha256 in rules
    stages = section(bundle, "stages")
    assert "The rule: until the end of Day 9" in stages
    assert "Counted from when the concern arose: Thu 2 April 2026 at 10:00." in stages
    assert "by Fri 10 April 2026, end of day" in stages


def test_missed_limits_and_skipped_stages_are_told(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    later = now + timedelta(days=1)
    moves.jump_for_immediate_risk(
        dispute=fresh(dispute), to_stage=3, reason="She was found on the floor.", by=people.council.practitioner, now=later
    )
    stages = section(bundle_of(dispute, people.auditor, later), "stages")
    assert "Skipped" in stages
    assert "She was found on the floor." in stages


def test_practitioner_and_manager_each_have_a_named_text(people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    positions.review(dispute=dispute, by=people.council.line_manager, now=now, agrees=True, rationale="I have seen her fall.")
    bundle = bundle_of(dispute, people.council.practitioner, now)
    assert people.council.practitioner.user.name in section(bundle, "practitioner")
    assert "She cannot get out of bed alone" in section(bundle, "practitioner")
    assert people.council.line_manager.user.name in section(bundle, "managers")
    assert "I have seen her fall." in section(bundle, "managers")


@pytest.mark.django_db
def test_a_stage_inside_one_agency_is_not_in_the_other_sides_copy(now: datetime) -> None:
    key = next(key for key in KEYS if people_under(key, now=now) and _has_hidden_stage(key))
    people = people_under(key, now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    while fresh(dispute).rules.stage(fresh(dispute).stage).single_agency or not _passed_hidden(fresh(dispute)):
        dispute = climb(fresh(dispute), now=now)
    theirs = fresh(dispute).participants.filter(side="responding").select_related("appointment").first()
    assert theirs is not None
    ours = as_html(bundle_of(dispute, people.council.practitioner, now), "0" * 64)
    copy = as_html(bundle_of(dispute, theirs.appointment, now), "0" * 64)
    hidden = [stage.order for stage in dispute.rules.stages if stage.single_agency]
    said = list(dispute.reviews.filter(stage__in=hidden)) + list(dispute.exhaustions.filter(stage__in=hidden))
    assert said
    entries = dispute.chronology.filter(stage__in=hidden, only_agency__isnull=False)
    assert entries.count() > 3
    assert "What was said there is not in this copy." in copy
    assert ours.count('class="entry') - copy.count('class="entry') >= entries.count()
    assert "The risk is real." in ours
    made = text_of(as_pdf(bundle_of(dispute, theirs.appointment, now), "0" * 64).content)
    for label in [dispute.rules.stage(order).label for order in hidden]:
        assert f"· {label} ·" not in made


def _has_hidden_stage(key: str) -> bool:
    from tests.factories_disputes import source_protocol

    return any(stage.single_agency for stage in source_protocol(key).stages)


def _passed_hidden(dispute: Dispute) -> bool:
    return all(dispute.stage > stage.order for stage in dispute.rules.stages if stage.single_agency)


def test_unsigned_decisions_of_the_other_agency_are_left_out(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    make_record(fresh(dispute), people.council.practitioner, now=now, decision="Not yet for their eyes.")
    assert "Not yet for their eyes." in str(bundle_of(dispute, people.council.practitioner, now))
    assert "Not yet for their eyes." in str(bundle_of(dispute, people.auditor, now))
    assert "Not yet for their eyes." not in str(bundle_of(dispute, people.health.practitioner, now))


def test_address_is_nowhere_in_a_history_but_in_the_referral(people: Cast, now: datetime) -> None:
    case = make_case(people, now=now)
    dispute = make_dispute(people, now=now, case=case, worry="She cannot get up at 4  quarry row, RUNCORN by herself.")
    dispute = confirm_all(with_last_word(fresh(dispute), now=now), now=now)
    history = str(bundle_of(dispute, people.chair, now))
    assert "quarry row" not in history.lower()
    assert "[address left out]" in history
    assert "4 Quarry Row, Runcorn" in section(bundle_of(dispute, people.chair, now, REFERRAL), "form")


def test_who_has_looked_is_for_auditors_and_leads_only(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    asked(dispute, people.council.practitioner, now)
    assert people.council.practitioner.user.name in section(bundle_of(dispute, people.auditor, now), "looked")
    assert "looked" not in keys(bundle_of(dispute, people.council.practitioner, now))


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_referral_is_short_and_holds_the_boards_own_form(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    bundle = bundle_of(dispute, people.auditor, now, REFERRAL)
    assert keys(bundle) == ["form", "risk", "positions", "options", "timeline", "about"]
    for field in dispute.rules.board_form:
        if field.required:
            assert field.label in section(bundle, "form")
    assert as_pdf(bundle, exports.fingerprint(bundle)).pages <= 3


# --- the file ------------------------------------------------------------------------------------------------------


def test_same_bundle_gives_the_same_bytes_and_carries_its_fingerprint_on_every_page(people: Cast, now: datetime) -> None:
    dispute = closed_dispute(people, now)
    first, second = (bundle_of(dispute, people.auditor, now) for _ in range(2))
    fingerprint = exports.fingerprint(first)
    assert fingerprint == exports.fingerprint(second)
    made = as_pdf(first, fingerprint)
    assert made.content == as_pdf(second, fingerprint).content
    assert text_of(made.content).count(fingerprint) == made.pages
    assert f"Page {made.pages} of {made.pages}" in text_of(made.content)
    document = opened(made.content)
    assert str(document.docinfo.Title) == dispute.reference
    assert set(document.docinfo.keys()) <= {"/Title", "/Producer", "/CreationDate", "/ModDate"}
    assert "Margaret" not in str(document.docinfo)
    tags = tags_of(made.content)
    headings = [tag for tag in tags if tag.startswith("H") and tag[1:].isdigit()]
    assert headings[0] == "H1"
    assert all(int(b[1:]) - int(a[1:]) <= 1 for a, b in itertools.pairwise(headings))


def test_what_people_write_cannot_become_markup(people: Cast, now: datetime) -> None:
    attack = "</p><script>x</script><img src=x onerror=y><h1>Not a heading</h1>{{ 1|add:1 }}{% now 'Y' %}\u202e"
    dispute = make_dispute(people, now=now, worry=attack, proposed_resolution="a" * 3000)
    bundle = bundle_of(dispute, people.council.practitioner, now)
    html = as_html(bundle, "0" * 64)
    assert "<script>" not in html
    assert "<img" not in html
    made = as_pdf(bundle, "0" * 64)
    assert tags_of(made.content).count("H1") == 1
    assert "<h1>Not a heading</h1>{{ 1|add:1 }}" in text_of(made.content)


# --- asking and making ---------------------------------------------------------------------------------------------


def test_asking_needs_a_reason_and_the_right_to_read(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    for by, kind, reason, code in (
        (people.council.practitioner, HISTORY, "  ", "invalid"),
        (people.council.practitioner, HISTORY, "a" * 301, "invalid"),
        (people.council.practitioner, REFERRAL, "For the chair.", "shut"),
        (people.stranger, HISTORY, "Curious.", "forbidden"),
        (people.board_manager, HISTORY, "For my list.", "forbidden"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.request_export(dispute=dispute, kind=kind, reason=reason, by=by, now=now)
        assert refusal.value.code == code
    assert not Export.objects.exists()


def test_asked_twice_while_waiting_it_is_one_document(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    first = asked(dispute, people.council.practitioner, now)
    assert asked(dispute, people.council.practitioner, now).pk == first.pk
    assert asked(dispute, people.health.practitioner, now).pk != first.pk
    assert events(first) == ["export_requested"]


def test_made_once_kept_with_its_hash_and_frozen(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    tasks.render_exports()
    export.refresh_from_db()
    assert export.state == Export.State.READY, export.problem
    assert export.pdf is not None
    assert export.sha256 == hashlib.sha256(bytes(export.pdf)).hexdigest()
    assert events(export) == ["export_requested", "export_ready"]
    ready = AuditEvent.objects.get(action="export_ready")
    assert ready.data["sha256"] == export.sha256
    assert ready.data["bundle_sha256"] == exports.fingerprint(export.bundle)
    tasks.render_exports()
    assert events(export) == ["export_requested", "export_ready"]


def test_a_failure_is_tried_three_times_and_then_told(
    people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    bundles = []

    def fail(bundle: dict[str, Any], fingerprint: str) -> Rendered:
        bundles.append(fingerprint)
        raise CannotRender("The document needed more memory than it may have and was stopped.")

    monkeypatch.setattr(actions, "as_pdf", fail)
    tasks.render_exports()
    export.refresh_from_db()
    assert (export.state, export.attempts) == (Export.State.FAILED, 3)
    assert export.problem == "The document needed more memory than it may have and was stopped."
    assert export.pdf is None
    assert len(set(bundles)) == 1, "every attempt makes the same document"
    assert events(export) == ["export_requested", "export_failed"]


def test_a_vanished_worker_loses_its_claim_and_cannot_finish_late(people: Cast, now: datetime) -> None:
    asked(make_dispute(people, now=now), people.council.practitioner, now)
    lost = actions.claim_export(now=now)
    assert lost is not None
    assert actions.claim_export(now=now + timedelta(minutes=1)) is None
    later = now + timedelta(minutes=4)
    taken = actions.claim_export(now=later)
    assert taken is not None
    assert taken.pk == lost.pk
    assert not actions.finish_export(export=lost, rendered=Rendered(b"%PDF-late", 1), now=later)
    actions.make_export(export=taken, now=later)
    taken.refresh_from_db()
    assert taken.state == Export.State.READY
    assert taken.attempts == 2


def test_a_worker_that_vanishes_three_times_is_told(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    for minutes in (0, 4, 8, 12):
        actions.claim_export(now=now + timedelta(minutes=minutes))
    export.refresh_from_db()
    assert export.state == Export.State.FAILED
    assert "three times" in export.problem


def test_somebody_whose_role_ended_meanwhile_gets_nothing(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    Appointment.objects.filter(pk=people.council.practitioner.pk).update(ends_on=(now - timedelta(days=1)).date())
    claimed = actions.claim_export(now=now)
    assert claimed is not None
    actions.make_export(export=claimed, now=now)
    export.refresh_from_db()
    assert (export.state, export.pdf) == (Export.State.FAILED, None)


def test_number_of_queries_does_not_grow_with_the_story(
    people: Cast, now: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    dispute = closed_dispute(people, now)
    with django_assert_max_num_queries(70):
        bundle_of(dispute, people.auditor, now)


# --- the pages -----------------------------------------------------------------------------------------------------


def signed_in(who: Appointment) -> Client:
    client = Client()
    client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_pages_from_asking_to_taking_out(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    client = signed_in(people.council.practitioner)
    home = f"/disputes/{dispute.reference}/documents/"
    assert "You have not asked for a document yet" in client.get(home).content.decode()
    refused = client.post(f"{home}make/", {"kind": HISTORY, "reason": ""})
    assert "Say why you need this document" in refused.content.decode()
    answer = client.post(f"{home}make/", {"kind": HISTORY, "reason": "For the review."})
    export = Export.objects.get()
    assert answer.headers["Location"] == f"{home}{export.pk}/"
    assert "Waiting for the worker" in client.get(f"{home}{export.pk}/").content.decode()
    assert client.get(f"{home}{export.pk}/file/").status_code == 404
    tasks.render_exports()
    page = client.get(f"{home}{export.pk}/").content.decode()
    export.refresh_from_db()
    assert export.sha256 in page
    assert exports.fingerprint(export.bundle) in page
    file = client.get(f"{home}{export.pk}/file/")
    assert file.content == bytes(export.pdf or b"")
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{dispute.reference}-case-history.pdf"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file.headers["Cache-Control"]
    assert events(export)[-1] == "export_downloaded"


def test_a_document_is_its_requesters_alone(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    export = asked(dispute, people.council.practitioner, now)
    home = f"/disputes/{dispute.reference}/documents/"
    colleague = make_appointment(Role.PRACTITIONER, people.council.agency)
    others = [people.stranger, people.health.practitioner, people.auditor, colleague]
    for other in others:
        client = signed_in(other)
        assert client.get(f"{home}{export.pk}/").status_code == 404
        assert client.get(f"{home}{export.pk}/file/").status_code == 404
    for address in (home, f"{home}{export.pk}/"):
        assert signed_in(people.stranger).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(people.stranger).post(f"{home}make/", {"kind": HISTORY, "reason": "x"}).status_code == 404


def test_failed_page_says_why_and_offers_to_ask_again(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    export = asked(dispute, people.council.practitioner, now)
    Export.objects.update(state=Export.State.FAILED, problem="It took too long.", finished_at=now)
    client = signed_in(people.council.practitioner)
    page = client.get(f"/disputes/{dispute.reference}/documents/{export.pk}/").content.decode()
    assert "It took too long." in page
    assert "Ask for it again" in page


# --- a real worker -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_makes_it(worker: Callable[..., Worker], clock: Clock) -> None:
    now = datetime.now(UTC)
    clock.move_to(now)
    people = people_under("halton", now=now)
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    running = worker()
    tasks.render_exports.delay()
    end = time.monotonic() + 60
    while export.state in actions.UNFINISHED and time.monotonic() < end:
        time.sleep(0.2)
        export.refresh_from_db()
        connection.close()
    assert export.state == Export.State.READY, export.problem or running.log.read_text()[-2000:]
    assert bytes(export.pdf or b"").startswith(b"%PDF-1.7")
