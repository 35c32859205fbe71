"""Rows written together: sent in bulk, before anything that reads them, or not at all."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from cases import together
from cases.models import ReferenceCounter
from tests.factories import make_partnership

pytestmark = pytest.mark.django_db


def counters(*years: int) -> list[ReferenceCounter]:
    home = make_partnership("halton")
    return [ReferenceCounter(partnership=home, kind="D", year=year) for year in years]


def in_database() -> dict[int, int]:
    return dict(ReferenceCounter.objects.order_by("year").values_list("year", "last"))


def test_rows_are_sent_in_one_statement_at_the_end_and_have_their_keys_before(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = counters(2026, 2027, 2028)
    with django_assert_num_queries(4), together.together():  # a savepoint, the keys, the rows, and the savepoint's end
        for row in rows:
            together.write([row])
            assert row.pk
    assert in_database() == {2026: 0, 2027: 0, 2028: 0}


def test_what_was_written_is_there_for_whoever_reads() -> None:
    first, second = counters(2026, 2027)
    with together.together():
        together.write([first])
        assert in_database() == {2026: 0}
        first.last = 4
        together.change([first], "last")
        together.write([second])
        ReferenceCounter.objects.update(last=F("last") + 1)
        assert in_database() == {2026: 5, 2027: 1}


def test_changes_of_a_row_meet_and_the_same_row_read_twice_keeps_its_order() -> None:
    (row,) = counters(2026)
    together.write([row])
    twice = ReferenceCounter.objects.get(pk=row.pk)
    with together.together():
        row.last = 1
        together.change([row], "last")
        row.kind = "C"
        together.change([row], "kind")
        twice.last = 2
        together.change([twice], "last")
    assert (in_database(), ReferenceCounter.objects.get().kind) == ({2026: 2}, "C")


def test_a_row_that_is_there_already_stays_as_it_is_where_that_is_meant() -> None:
    (first,) = counters(2026)
    together.write([first])
    again = ReferenceCounter(partnership=first.partnership, kind="D", year=2026, last=9)
    with together.together():
        together.write([again], is_once=True)
    assert in_database() == {2026: 0}
    with pytest.raises(IntegrityError), together.together():
        together.write([ReferenceCounter(partnership=first.partnership, kind="D", year=2026)])


def test_a_failure_sends_nothing() -> None:
    (row,) = counters(2026)

    def act() -> None:
        with together.together():
            together.write([row])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert in_database() == {}


def test_a_part_that_is_taken_back_takes_everything_with_it() -> None:
    """What waited, and what rules read in between, can no longer be told apart: nothing of it may stay."""
    first, second = counters(2026, 2027)

    def act() -> None:
        with together.together():
            together.write([first])
            with suppress(ZeroDivisionError), transaction.atomic():
                together.write([second])
                raise ZeroDivisionError

    with pytest.raises(together.PartTakenBackError):
        act()
    assert in_database() == {}
    assert not together.is_open()


def test_a_part_that_succeeds_stays() -> None:
    (row,) = counters(2026)
    with together.together(), transaction.atomic():
        together.write([row])
        row.last = 3
        together.change([row], "last")
    assert in_database() == {2026: 3}


def test_a_failure_at_the_very_end_sends_nothing() -> None:
    (row,) = counters(2026)

    def fail(items: list[int]) -> None:
        raise ZeroDivisionError

    def act() -> None:
        with together.together():
            together.write([row])
            together.at_the_end(fail, 1, very=True)

    with pytest.raises(ZeroDivisionError):
        act()
    assert in_database() == {}


def test_what_is_looked_for_once_and_what_is_done_at_the_end() -> None:
    looked: list[int] = []
    done: list[list[int]] = []

    def find() -> int:
        looked.append(1)
        return len(looked)

    with together.together():
        assert together.once("key", find) == together.once("key", find) == 1
        together.at_the_end(done.append, 0, very=True)
        together.at_the_end(done.append, 1)
        together.at_the_end(done.append, 2)
        assert done == []
    assert done == [[1, 2], [0]]
    assert (together.once("key", find), together.once("key", find)) == (2, 3)
    together.at_the_end(done.append, 3)
    assert done == [[1, 2], [0], [3]]
