"""What a password may not be made of besides what is common: the words of the service and of the place."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from cases.models import Agency, Partnership

# Besides the words in the names of the service, the partnerships and the agencies; shorter words count for nothing.
OF_THE_TRADE = frozenset(
    "safeguarding escalation disagreement dispute password welcome summer winter spring autumn".split()
)
SHORTEST = 4
MUST_BE_LEFT = 8
REFUSED = "This is easy to guess: without the names of the service and the place too little is left. Choose other words."


class NotWordsOfThePlace:
    """Refuses a password of which fewer than eight letters and digits are left without such words (ASVS 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Django's own way of asking."""
        left = password.casefold()
        for word in sorted(words_of_the_place(), key=len, reverse=True):
            left = left.replace(word, "")
        if len(re.sub(r"[\W_]", "", left)) < MUST_BE_LEFT:
            raise ValidationError(REFUSED, code="words_of_the_place")

    def get_help_text(self) -> str:
        """What Django shows where it explains passwords."""
        return "Not made of the names of the service, the partnership or an agency."


def words_of_the_place() -> set[str]:
    """The words as they are looked for."""
    names = [settings.SERVICE_NAME, *Partnership.objects.values_list("name", flat=True)]
    for both in Agency.objects.values_list("name", "short_name"):
        names += both
    found = {word.casefold() for name in names for word in re.findall(r"\w+", name)}
    return {word for word in found if len(word) >= SHORTEST} | OF_THE_TRADE
