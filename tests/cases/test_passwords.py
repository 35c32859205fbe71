"""Passwords made of the words of the service and of the place are refused, and those known from breaches."""

from __future__ import annotations

import random
from hashlib import sha1
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from cases import breached
from cases.forms.passwords import FROM_A_BREACH, REFUSED, the_list_can_be_searched, there_is_a_list
from tests import factories

pytestmark = pytest.mark.django_db


def test_too_little_is_left_without_the_words_of_the_place() -> None:
    partnership = factories.make_partnership()
    factories.make_agency(partnership, name="Widnes Riverside Trust", short_name="Riverside")
    for easy in ("Halton2026!!!", "Safeguarding-123", "riversideWidnes1", "Adults_Board_2026", "SummerSummer26"):
        with pytest.raises(ValidationError) as told:
            validate_password(easy)
        assert REFUSED in told.value.messages, easy
    for good in (factories.PASSWORD, "three otters knitting", "halton otters knitting"):
        validate_password(good)


def written(file: Path, words: list[str], end: str = "\n", *, lower: bool = False) -> Path:
    """A file as the service gives it: sorted by hash, with how often each was seen."""
    found = sorted(sha1(word.encode()).hexdigest().upper() for word in words)
    lines = [f"{one.lower() if lower else one}:{number * number}" for number, one in enumerate(found, 1)]
    file.write_bytes(end.join(lines).encode() + (end.encode() if end != "\r\n" else b""))
    return file


@pytest.mark.parametrize("many", [1, 2, 3, 7, 200])
@pytest.mark.parametrize(("end", "lower"), [("\n", False), ("\r\n", False), ("\n", True)])
def test_a_password_is_found_wherever_it_stands_in_the_file(many: int, end: str, lower: bool, tmp_path: Path) -> None:
    words = [f"a password {random.Random(many).random()} {number}" for number in range(many)]
    file = written(tmp_path / "list.txt", words, end, lower=lower)
    breached.check(file)
    assert [word for word in words if not breached.is_known(word, file)] == []
    assert [number for number in range(40) if breached.is_known(f"three otters knitting {number}", file)] == []


def test_a_password_known_from_a_breach_is_refused_and_none_asked_about_outside(
    tmp_path: Path, settings: Settings
) -> None:
    bad = "correct horse battery"
    validate_password(bad)
    settings.BREACHED_PASSWORDS = str(written(tmp_path / "list.txt", [bad, "another one of them"]))
    with pytest.raises(ValidationError) as told:
        validate_password(bad)
    assert told.value.messages == [FROM_A_BREACH]
    validate_password("three otters knitting")
    assert there_is_a_list(None) == the_list_can_be_searched(None) == []


def test_without_a_list_or_with_a_damaged_one_the_checks_say_so_and_people_still_set_passwords(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BREACHED_PASSWORDS = ""
    assert [found.id for found in there_is_a_list(None)] == ["cases.W001"]
    assert the_list_can_be_searched(None) == []
    unsorted = b"".join(sha1(b"%d" % number).hexdigest().encode() + b":1\n" for number in range(9))
    for content in (b"", b"password\nletmein\n", b"A" * 500, unsorted):
        (tmp_path / "list.txt").write_bytes(content)
        settings.BREACHED_PASSWORDS = str(tmp_path / "list.txt")
        assert [found.id for found in the_list_can_be_searched(None)] == ["cases.E001"], content[:60]
    (tmp_path / "list.txt").unlink()
    assert [found.id for found in the_list_can_be_searched(None)] == ["cases.E001"]
    validate_password("three otters knitting")
    assert "three otters" not in caplog.text
    assert "FileNotFoundError" in caplog.text
