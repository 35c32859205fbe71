"""Dates of birth and health service numbers are found, and the days, counts and phone numbers of ordinary work are not."""

from datetime import date

import pytest

from escalation.personal_data import A_BIRTHDAY, A_NUMBER, personal_data_in

TODAY = date(2026, 4, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She was born on 3 June 2025.", A_BIRTHDAY),
        ("DOB 03/06/41", A_BIRTHDAY),
        ("date of birth: 1941-06-03", A_BIRTHDAY),
        ("It began with the lady of 3 June 1941.", A_BIRTHDAY),
        ("03.06.1941", A_BIRTHDAY),
        ("NHS number 943 476 5919", A_NUMBER),
        ("9434765919", A_NUMBER),
        ("CHI 010101-0019 is no number, 943-476-5919 is", A_NUMBER),
        ("On 12 March 2026 three discharges went wrong.", ""),
        ("Between 1/2/2026 and 28/2/2026 it was 14 times.", ""),
        ("Since March 2019 nobody has been responsible.", ""),
        ("Call 01928 704341 or 0300 123 6720.", ""),
        ("9434765918", ""),
        ("", ""),
    ],
)
def test_what_is_found(text: str, found: str) -> None:
    assert personal_data_in(text, today=TODAY) == found
