"""Copies of told disagreements for scale: every row that the acts wrote, again for another person at risk, in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from cases import audit
from cases.actions.references import next_references
from cases.models import AuditEvent, AuditHead, Case, Person
from cases.together import insert_at_once
from decisions.demo import words
from decisions.demo.rewriting import BEGINNINGS, Model, Rewriting, relations_of
from decisions.models import SignOff
from escalation.models import Dispute, DisputeLink, Draft
from escalation.models.dispute import Status, allowed_moves

AT_ONCE = 200
NOT_COPIED = (Draft, DisputeLink)  # what belongs to somebody's screen, or to two disagreements


def can_be_copied(dispute: Dispute) -> bool:
    """Whether it is about a person, and holds nothing that is frozen or there once: signed, agreed, an item, a link outside."""
    if dispute.case.person_id is None:
        return False
    if dispute.learning.filter(item__isnull=False).exists() or dispute.outside_invitations.exists():
        return False
    is_signed = SignOff.objects.filter(record__dispute=dispute).exists()
    return not is_signed and not dispute.points.filter(agreed_at__isnull=False).exists()


@transaction.atomic
def copy(pattern: Dispute, times: int, *, first_number: int) -> None:
    """Write the disagreement ``times`` times more: the same moments and people, for other persons at risk.

    Nothing is worked out again, so nothing can differ from what the acts wrote but numbers, references and the person.
    """
    told = read(pattern)
    for start in range(0, times, AT_ONCE):
        _write(pattern, told, first_number + start, min(AT_ONCE, times - start))


@cache
def copied_models() -> tuple[Model, ...]:
    """Everything that belongs to one person at risk, what is pointed at before what points there; then the audit trail."""
    found: list[Model] = [Person]
    everything = [model for label in ("cases", "escalation", "decisions") for model in _models(label)]
    while more := [model for model in everything if model not in found and set(_pointed_at(model)) & set(found)]:
        found += [model for model in more if not set(_pointed_at(model)) & set(more)] or more
    return (*found, AuditEvent, AuditHead)


def _models(label: str) -> list[Model]:
    return [model for model in apps.get_app_config(label).get_models(include_auto_created=True) if model not in NOT_COPIED]


def _pointed_at(model: Model) -> list[Model]:
    return [related for _, related in relations_of(model) if related is not model]


def read(pattern: Dispute) -> dict[Model, list[Any]]:
    """The pattern's own rows of every model, in the order in which they were written."""
    heads = AuditHead.objects.filter(scope=audit.scope_of_case(pattern.case_id))
    told: dict[Model, list[Any]] = {Person: [pattern.case.person]}
    for model in copied_models()[1:-2]:
        relations = [(one.name, told.get(related, [])) for one, related in relations_of(model)]
        owner, owned = next((pair for pair in relations if pair[1]), ("", []))
        rows = model._base_manager.filter(**{f"{owner}__in": owned}) if owner else ()
        told[model] = sorted(rows, key=lambda row: int(row.pk))
    told[AuditEvent] = list(AuditEvent.objects.filter(head__in=heads).order_by("seq"))
    told[AuditHead] = list(heads)
    return told


@dataclass
class Table:
    """The rows of one model in all copies, on their way to the database."""

    model: Model
    rows: list[Any]
    columns: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = [one for one in self.model._meta.concrete_fields if not one.generated]

    def numbers(self, times: int) -> list[dict[int, int]]:
        """New keys for each copy, taken from the table's own sequence."""
        how_many = len(self.rows)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [self.model._meta.db_table, how_many * times],
            )
            new = [row[0] for row in cursor.fetchall()]
        old = [row.pk for row in self.rows]
        return [dict(zip(old, new[at : at + how_many], strict=True)) for at in range(0, len(new), how_many)]

    def written(self, rewriting: Rewriting) -> Iterator[dict[str, Any]]:
        """Each row by its columns, as it stands in one copy."""
        for row in rewriting.rows(self.model, self.rows):
            yield {one.column: row[one.attname] for one in self.columns}


def _write(pattern: Dispute, told: dict[Model, list[Any]], first_number: int, times: int) -> None:
    tables = {model: Table(model, rows) for model, rows in told.items() if rows}
    numbers = {model: table.numbers(times) for model, table in tables.items()}
    references = {
        Case: next_references(pattern.partnership, times, kind="C", now=pattern.case.opened_at),
        Dispute: next_references(pattern.partnership, times, kind="D", now=pattern.raised_at),
    }
    copies = [
        Rewriting(
            ids={model: per_copy[number] for model, per_copy in numbers.items()},
            references={pattern.case.reference: references[Case][number], pattern.reference: references[Dispute][number]},
            person=words.person_of(first_number + number, is_child=bool(pattern.case.person and pattern.case.person.is_child)),
            number=first_number + number,
        )
        for number in range(times)
    ]
    for model, table in tables.items():
        insert_at_once(model, [row for one in copies for row in table.written(one)])
        if model is Dispute:
            _move([one.ids[Dispute][pattern.pk] for one in copies], pattern)


def _move(pks: list[int], pattern: Dispute) -> None:
    """From where every dispute begins to where the pattern stands, one allowed move after the other."""
    path = [] if pattern.status in BEGINNINGS else _path_to(pattern.status)
    for status in path:
        ended = pattern.closed_at if status == pattern.status else None
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE escalation_dispute SET status = %s, closed_at = %s WHERE id = ANY(%s)", [status, ended, pks]
            )


@cache
def _path_to(status: str) -> list[str]:
    paths: list[list[str]] = [[Status.AWAITING_REPLY]]
    for path in paths:
        if path[-1] == status:
            return path[1:]
        paths += [[*path, to] for _, source, to in allowed_moves() if source == path[-1] and to not in path]
    raise ValueError(status)
