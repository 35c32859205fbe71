"""Passwords made of the words of the service and of the place are refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cases.forms.passwords import REFUSED
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
