"""What in a text is plainly a date of birth or a health service number: it has no place where nobody is to be named."""

from __future__ import annotations

import re
from datetime import date

MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
DAY = (
    r"\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTHS}),?\s+\d{{4}}"
)
BORN = re.compile(rf"(?:\bborn\b|\bd\.?\s?o\.?\s?b\b|date of birth)[^.\d]{{0,20}}(?:{DAY})", re.IGNORECASE)
FULL_DAY = re.compile(rf"(?<!\d)(?:{DAY})(?!\d)", re.IGNORECASE)
YEAR = re.compile(r"\d{4}")
TEN_DIGITS = re.compile(r"(?<![\d-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])")
WEIGHTS = range(10, 1, -1)
OLD_ENOUGH = 2

A_BIRTHDAY = "a date of birth"
A_NUMBER = "an NHS or CHI number"


def personal_data_in(text: str, *, today: date) -> str:
    """What was found, in words; empty when nothing was. A day long past is taken for a birthday: the month would do."""
    if BORN.search(text) or any(_is_long_past(found[0], today) for found in FULL_DAY.finditer(text)):
        return A_BIRTHDAY
    if any(_is_health_number(found[0]) for found in TEN_DIGITS.finditer(text)):
        return A_NUMBER
    return ""


def _is_long_past(day: str, today: date) -> bool:
    year = YEAR.search(day)
    return year is not None and int(year[0]) <= today.year - OLD_ENOUGH


def _is_health_number(text: str) -> bool:
    """NHS and CHI numbers end with a check digit (modulo 11)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    check = 11 - sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=False)) % 11
    return digits[9] == check % 11 and check != 10
