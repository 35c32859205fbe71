"""What was decided and how it is proved: decision records, the referral, the outcome, who has looked, the audit chain."""

from __future__ import annotations

import re

from django.db.models import Count, Max, Min, Q

from cases import audit
from cases.models import Appointment, AuditEvent
from decisions.exports.parts import Part, Reader, card, facts, items, note, section, when, who, yes_no
from decisions.models import DecisionRecord, Outcome, Referral, SignOff
from decisions.permissions import may_read_record
from escalation.actions.outside import readings_of
from escalation.models import Dispute
from escalation.protocol import BoardFormField

LEFT_OUT_HERE = "Left out here. It is in the referral itself."
ADDRESS_LEFT_OUT = "[address left out]"
SHORTEST_ADDRESS = 6


def _of(*names: str) -> list[str]:
    return [f"{name}__{part}" for name in names for part in ("user", "agency", "partnership")]


def decision_records(reader: Reader) -> Part:
    """Every version of every decision record the reader may read, with its seven elements and its sign-offs."""
    rows = reader.dispute.decision_records.select_related("agency", "supersedes", *_of("author")).prefetch_related(
        "options", "consulted", "sign_offs"
    )
    cards = [_record(reader, row) for row in rows if may_read_record(row, reader.by)]
    return section("decisions", "Decisions and why", *(cards or [note("No decision record is in this copy.")]))


def _record(reader: Reader, row: DecisionRecord) -> Part:
    home = row.agency.name if row.agency else "Whoever has the last word"
    state = f"{row.get_state_display()}, version {row.version}"
    replaces = f"Replaces version {row.supersedes.version}" if row.supersedes else ""
    return card(
        f"{home}: {state}",
        facts(
            ("The decision", row.decision),
            ("1. Evidence used", row.evidence),
            ("1. What was not known", row.not_known),
            ("2. How sources were tested", row.sources_tested),
            ("3. What the evidence means", row.analysis),
        ),
        items(_options(row), heading="4. What else was considered"),
        facts(("5. Why", row.rationale)),
        items(
            [f"{one.who}, {when(one.on)}: {one.view}" for one in row.consulted.all()], heading="5. Who was asked"
        ),
        facts(
            ("6. Policy and law", row.policy_and_law),
            ("7. In plain words", row.plain_summary),
            ("Settles the disagreement", yes_no(row.settles)),
            ("Earlier version", replaces),
        ),
        *[_sign_off(one) for one in row.sign_offs.all()],
        facts(("Fingerprint (SHA-256)", row.sha256)),
        under=f"Written by {who(row.author)}, begun {when(row.created_at)}, {reader.label(row.stage)}",
        stands_out=True,
    )


def _options(row: DecisionRecord) -> list[str]:
    found = []
    for option in row.options.all():
        parts = [
            f"{option.option}{' (chosen)' if option.is_chosen else ''}",
            f"Likely outcome: {option.likely_outcome}" if option.likely_outcome else "",
            f"Risks: {option.risks}" if option.risks else "",
            f"Why: {option.why}" if option.why else "",
        ]
        found.append("\n".join(part for part in parts if part))
    return found


def _sign_off(row: SignOff) -> Part:
    return card(
        row.get_verdict_display(),
        facts(("Why, in their own words", row.rationale), ("What they saw (SHA-256)", row.sha256)),
        under=f"{row.by_words}, {when(row.at)}",
    )


def sent_referrals(reader: Reader) -> list[Referral]:
    """The referrals that were sent, when the reader may read the stage they belong to."""
    if len(reader.dispute.rules.stages) not in reader.stages:
        return []
    rows = reader.dispute.referrals.filter(submitted_at__isnull=False)
    return list(rows.select_related(*_of("prepared_by", "submitted_by", "returned_by")))


def referrals(reader: Reader) -> Part | None:
    """Each referral that was sent, with its answers but not the person's address."""
    cards = []
    for row in sent_referrals(reader):
        returned = f"{when(row.returned_at)}, by {who(row.returned_by)}: {row.returned_reason}" if row.returned_at else ""
        cards.append(
            card(
                f"Referral {row.number}",
                facts(*answers(reader.dispute, row, with_address=False)),
                facts(("Sent back", returned)),
                under=f"Sent by {who(row.submitted_by)}, {when(row.submitted_at)}",
            )
        )
    return section("referral", "The referral", *cards) if cards else None


def answers(dispute: Dispute, row: Referral, *, with_address: bool) -> list[tuple[str, str]]:
    """The answers of a referral under the labels of the protocol's own form, in its order."""
    return [(field.label, _answer(field, row, with_address)) for field in dispute.rules.board_form]


def _answer(field: BoardFormField, row: Referral, with_address: bool) -> str:
    text = str(row.answers.get(field.code) or "").strip()
    if "address" in field.prefill and not with_address:
        return LEFT_OUT_HERE if text else ""
    return text


def addresses(dispute: Dispute) -> list[str]:
    """Every form in which the record knows the person's address: in full, and its first line; the longest first."""
    known = {dispute.case.person.address} if dispute.case.person else set()
    fields = [field.code for field in dispute.rules.board_form if "address" in field.prefill]
    for row in dispute.referrals.all():
        known |= {str(row.answers.get(code) or "") for code in fields}
    full = {text.strip() for text in known}
    first_lines = {re.split(r"[\n,]", text, maxsplit=1)[0].strip() for text in full}
    texts = {text for text in full | {line for line in first_lines if re.search(r"\d", line)}}
    return sorted((text for text in texts if len(text) >= SHORTEST_ADDRESS), key=lambda text: (-len(text), text))


def outcomes(reader: Reader) -> Part | None:
    """What was agreed, recommended or determined, who confirmed it, and what it leaves open."""
    rows = reader.dispute.outcomes.select_related(*_of("recorded_by")).prefetch_related(
        "confirmations__agency", *[f"concurrences__{name}" for name in _of("by")],
        "outstanding_issues__agency", *[f"outstanding_issues__{name}" for name in _of("owner")],
    )  # fmt: skip
    cards = [_outcome(reader, row) for row in reader.hears(rows)]
    return section("outcome", "The outcome", *cards, _onward(reader.dispute)) if cards else None


def _outcome(reader: Reader, row: Outcome) -> Part:
    title = reader.dispute.rules.final_authority.title if row.source == Outcome.Source.LAST_WORD else ""
    return card(
        f"{row.verb}{f': {title}' if title else ''}",
        facts(
            ("What", row.text), ("Why", row.reasons), ("How it came about", row.get_source_display().capitalize()),
            ("In force since", when(row.effective_at)), ("Not confirmed, so it does not stand", when(row.contested_at)),
        ),
        items(
            [f"{who(one.by)}, {when(one.at)}{f': {one.comment}' if one.comment else ''}" for one in row.concurrences.all()],
            heading="Given together with",
        ),
        *[
            card(
                f"{one.agency.name}: {'confirms' if one.accepts else 'does not accept'}", facts(("In writing", one.text)),
                under=f"{one.by_words}, {when(one.at)}",
            )
            for one in row.confirmations.all()
        ],
        items(
            [
                f"{one.what} ({one.agency.short_name}; {who(one.owner)}; by {when(one.due_on)}; "
                f"{f'done {when(one.done_at)}: {one.done_note}' if one.done_at else 'still open'})"
                for one in row.outstanding_issues.all()
            ],
            heading="Still to be done",
        ),
        under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
        stands_out=True,
    )  # fmt: skip


def _onward(dispute: Dispute) -> Part | None:
    texts = [
        f"{row.body}: {row.reason}{f' Meeting on {when(row.meeting_on)}.' if row.meeting_on else ''}"
        f"{f' Result: {row.result}' if row.result else ''}"
        for row in dispute.onward_items.all()
    ]
    return items(texts, heading="Where it went on")


def who_has_looked(reader: Reader) -> Part | None:
    """Who read the case or had a document made of it, how often and when; for those who answer for it."""
    if not reader.may_see_who_looked:
        return None
    seen = (
        AuditEvent.objects.filter(Q(action="case_read") | Q(action__startswith="export_"), appointment__isnull=False)
        .filter(head__scope=audit.scope_of_case(reader.dispute.case_id))
        .values("appointment").order_by("appointment")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
    )  # fmt: skip
    rows = list(seen)
    names = Appointment.objects.select_related("user", "agency", "partnership").in_bulk([row["appointment"] for row in rows])
    texts = [
        f"{who(names[row['appointment']])}: {_how_often(row['times'], when(row['first']), when(row['last']))}"
        for row in sorted(rows, key=lambda row: (row["first"], row["appointment"]))
    ]
    texts += [
        f"{one.invitation.described}, outside the partnership: {_how_often(one.times, when(one.first), when(one.last))}"
        for one in readings_of(reader.dispute, reader.stages)
    ]
    return section("looked", "Who has looked", items(texts) or note("Nobody has read the case yet."))


def _how_often(times: int, first: str, last: str) -> str:
    return f"once, {first}" if times == 1 else f"{times} times, first {first}, last {last}"
