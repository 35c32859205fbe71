"""The calendars of the nations: which days are not worked, why, how far that is known, and a board's own closures."""

from datetime import date, timedelta

import pytest

from cases.roles import Nation
from escalation.calendars import PROCLAIMED_UNTIL, bank_holidays, calendar_for
from tests.escalation import oracle

EASTER_MONDAY = date(2026, 4, 6)


@pytest.mark.parametrize("nation", list(Nation))
def test_bank_holidays_are_those_of_the_acts(nation: Nation) -> None:
    ours = {day for day in bank_holidays(nation) if day.year in oracle.YEARS and day.weekday() < 5}
    theirs = {day for year in oracle.YEARS for day in oracle.weekday_holidays(nation.value, year)}
    assert ours == theirs


def test_easter_monday_is_worked_in_scotland_only() -> None:
    assert not calendar_for(Nation.ENGLAND_AND_WALES).is_working_day(EASTER_MONDAY)
    assert not calendar_for(Nation.NORTHERN_IRELAND).is_working_day(EASTER_MONDAY)
    assert calendar_for(Nation.SCOTLAND).is_working_day(EASTER_MONDAY)


def test_second_of_january_and_its_substitute_are_scottish() -> None:
    scotland, england = calendar_for(Nation.SCOTLAND), calendar_for(Nation.ENGLAND_AND_WALES)
    assert scotland.reason_not_worked(date(2026, 1, 2)) == "New Year Holiday"
    assert scotland.reason_not_worked(date(2027, 1, 4)) == "New Year Holiday (observed)"
    assert england.is_working_day(date(2026, 1, 2))


def test_a_closure_is_not_worked_and_says_why() -> None:
    calendar = calendar_for(
        Nation.SCOTLAND, closures={date(2026, 5, 25): "Dundee Spring Holiday", date(2026, 7, 27): "Fair"}
    )
    assert calendar.reason_not_worked(date(2026, 7, 27)) == "Fair"
    assert calendar.reason_not_worked(date(2026, 5, 25)) == "Spring Bank Holiday"


def test_the_version_names_the_data_and_changes_with_a_closure() -> None:
    plain = calendar_for(Nation.SCOTLAND).version
    one = calendar_for(Nation.SCOTLAND, closures={date(2026, 7, 27): "Fair"}).version
    other = calendar_for(Nation.SCOTLAND, closures={date(2026, 7, 28): "Fair"}).version
    assert plain.startswith("Scotland bank holidays, holidays package ")
    assert "1 local closure" in one
    assert len({plain, one, other}) == 3
    assert one == calendar_for(Nation.SCOTLAND, closures={date(2026, 7, 27): "Fair"}).version


def test_the_years_asked_for_do_not_change_a_day_within_them() -> None:
    whole, few = calendar_for(Nation.ENGLAND_AND_WALES), calendar_for(Nation.ENGLAND_AND_WALES, 2025, 2029)
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(5 * 365)]
    assert [whole.reason_not_worked(day) for day in days] == [few.reason_not_worked(day) for day in days]
    assert whole.version == few.version


def test_how_far_holidays_are_proclaimed_is_known() -> None:
    assert calendar_for(Nation.ENGLAND_AND_WALES).known_until == PROCLAIMED_UNTIL


def test_an_unknown_nation_is_refused() -> None:
    with pytest.raises(ValueError, match="wales"):
        calendar_for("wales")
