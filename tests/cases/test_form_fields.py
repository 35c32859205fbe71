"""Forms refuse what cannot be stored, say what to write, and lose nothing that was typed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from cases.forms.base import NUL_REFUSED, GovukForm
from cases.forms.fields import GovukDateField, GovukDateTimeField, Radios


class Discussion(GovukForm):
    how = forms.ChoiceField(
        label="How did you speak?",
        choices=[("phone", "By phone"), ("other", "Another way")],
        widget=Radios(hints={"phone": "A call counts"}, reveals={"other": ["other"]}),
    )
    other = forms.CharField(label="Say how", required=False)
    what = forms.CharField(label="What was said?", widget=forms.Textarea, max_length=20)
    agency = forms.CharField(label="Agency", required=False)
    note = forms.CharField(required=False, widget=forms.HiddenInput)


class Dated(GovukForm):
    on = GovukDateField(label="When did it arise?", called="The date it arose", required=False)


class Timed(GovukForm):
    at = GovukDateTimeField(label="When was it?", required=False)


def dated(day: str, month: str, year: str) -> Dated:
    return Dated({"on_day": day, "on_month": month, "on_year": year})


def timed(day: str, month: str, year: str, clock: str) -> Timed:
    return Timed({"at_day": day, "at_month": month, "at_year": year, "at_time": clock})


def test_a_question_left_empty_is_asked_again_in_its_own_words() -> None:
    form = Discussion({})

    assert form.errors["how"] == ["Answer “How did you speak?”"]
    assert form.errors["what"] == ["Answer “What was said?”"]


def test_a_form_with_its_own_words_keeps_them() -> None:
    class Own(GovukForm):
        what = forms.CharField(error_messages={"required": "Say what worries you"})

    assert Own({}).errors["what"] == ["Say what worries you"]


def test_a_nul_is_refused_at_its_field_and_the_rest_of_the_text_stays() -> None:
    form = Discussion(QueryDict("how=phone&what=be%00fore&agency=ASC"))

    assert form.errors == {"what": [NUL_REFUSED]}
    assert "before" in form.as_govuk()
    assert 'value="ASC"' in form.as_govuk()


def test_a_nul_in_a_part_of_a_date_is_refused() -> None:
    assert NUL_REFUSED in dated("1\x00", "2", "2026").errors["on"]


def test_a_nul_is_no_error_of_a_field_whose_name_begins_alike() -> None:
    class Alike(GovukForm):
        what = forms.CharField(required=False)
        what_else = forms.CharField(required=False)

    assert list(Alike({"what_else": "a\x00"}).errors) == ["what_else"]


def test_a_text_too_long_says_by_how_much() -> None:
    form = Discussion({"how": "phone", "what": "x" * 25})

    assert form.errors["what"] == ["Shorten this to 20 characters or fewer: it has 25."]


def test_a_text_without_a_limit_has_one_all_the_same() -> None:
    form = Discussion({"how": "phone", "what": "x", "agency": "y" * 20_001})

    assert form.errors["agency"] == ["Shorten this to 20000 characters or fewer: it has 20001."]


def test_line_ends_count_once_as_the_page_counts_them() -> None:
    form = Discussion({"how": "phone", "what": "123456789\r\n123456789"})

    assert form.is_valid()
    assert form.cleaned_data["what"] == "123456789\n123456789"


def test_the_summary_leads_to_each_field() -> None:
    markup = Discussion({}).as_govuk()

    assert '<a href="#id_how">' in markup
    assert 'id="id_how"' in markup
    assert '<a href="#id_what">' in markup


def test_the_summary_leads_to_the_box_that_is_wrong() -> None:
    assert '<a href="#id_on-year">' in dated("1", "2", "26").as_govuk()
    assert '<a href="#id_on-month">' in dated("1", "", "2026").as_govuk()


def test_a_revealed_question_stands_once_within_its_option() -> None:
    markup = Discussion().as_govuk()

    assert markup.count('name="other"') == 1
    assert markup.index("conditional-id_how-2") < markup.index('name="other"') < markup.index('name="what"')


def test_what_a_person_typed_is_shown_as_text() -> None:
    markup = Discussion({"what": "<script>alert(1)</script>", "agency": '"><b>'}).as_govuk()

    assert "<script>" not in markup
    assert "<b>" not in markup


def test_str_and_as_govuk_are_the_same() -> None:
    assert str(Discussion()) == Discussion().as_govuk()


@pytest.mark.parametrize("month", ["4", "04", "April", "apr", "APRIL"])
def test_a_month_may_be_a_word(month: str) -> None:
    form = dated("10", month, "2026")

    assert form.is_valid()
    assert form.cleaned_data["on"] == date(2026, 4, 10)


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        (("31", "2", "2026"), "The date it arose must be a real date, like 31 3 2026"),
        (("0", "2", "2026"), "The date it arose must be a real date, like 31 3 2026"),
        (("x", "2", "2026"), "The date it arose must be a real date, like 31 3 2026"),
        (("1", "13", "2026"), "The month must be a number from 1 to 12, or its name"),
        (("1", "Smarch", "2026"), "The month must be a number from 1 to 12, or its name"),
        (("1", "2", "26"), "The year must have 4 numbers, like 2026"),
        (("1", "2", "٢٠٢٦"), "The year must have 4 numbers, like 2026"),
        (("1", "", "2026"), "The date it arose must include a month"),
        (("", "", "2026"), "The date it arose must include a day and month"),
    ],
)
def test_a_date_that_cannot_be_says_why(boxes: tuple[str, str, str], message: str) -> None:
    assert dated(*boxes).errors["on"] == [message]


def test_a_date_may_be_left_out_when_it_is_not_required() -> None:
    form = dated("", "", "")

    assert form.is_valid()
    assert form.cleaned_data["on"] is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_survives_the_way_through_the_boxes(when: date) -> None:
    boxes = Dated.base_fields["on"].widget.decompress(when)

    assert Dated.base_fields["on"].clean(boxes) == when


@given(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)))
def test_whatever_is_typed_is_a_moment_or_an_error(boxes: tuple[str, str, str, str]) -> None:
    form = timed(*boxes)

    assert form.is_valid() or form.errors["at"]


@pytest.mark.parametrize("clock", ["14:30", "14.30", "1430", "2:30pm", "2.30 PM"])
def test_a_time_may_be_written_in_several_ways(clock: str) -> None:
    form = timed("10", "4", "2026", clock)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == datetime(2026, 4, 10, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(("clock", "hour"), [("2pm", 13), ("12am", 23), ("12:00pm", 11), ("9:05", 8), ("09:05", 8)])
def test_hours_of_the_morning_and_afternoon(clock: str, hour: int) -> None:
    form = timed("10", "4", "2026", clock)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"].astimezone(UTC).hour == hour


@pytest.mark.parametrize("clock", ["25:00", "14:60", "noon", "13pm", "9", ":30", "1:2:3"])
def test_a_time_that_cannot_be_is_refused(clock: str) -> None:
    assert timed("10", "4", "2026", clock).errors["at"] == ["Enter the time like 14:30"]


def test_the_hour_that_the_clocks_skip_is_refused() -> None:
    message = "There was no such time that night: the clocks went forward. Enter an hour later"

    assert timed("29", "3", "2026", "01:30").errors["at"] == [message]


def test_a_moment_is_shown_in_londons_time() -> None:
    form = Timed(initial={"at": datetime(2026, 4, 10, 13, 30, tzinfo=UTC)})

    assert 'value="14:30"' in form.as_govuk()


def test_forms_of_others_are_drawn_in_the_same_markup() -> None:
    class Other(forms.Form):
        password: Any = forms.CharField(widget=forms.PasswordInput)

    markup = str(Other())

    assert "govuk-password-input" in markup
    assert "required" not in markup
