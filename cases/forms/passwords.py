"""What a password may not be besides common: made of the words of the service and of the place, or known from a breach."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError

from cases import breached
from cases.models import Agency, Partnership

logger = logging.getLogger(__name__)

# Besides the words in the names of the service, the partnerships and the agencies; shorter words count for nothing.
OF_THE_TRADE = frozenset(
    "safeguarding escalation disagreement dispute password welcome summer winter spring autumn".split()
)
SHORTEST = 4
MUST_BE_LEFT = 8
FROM_A_BREACH = "This password is known from a breach of another service, so whoever guesses tries it first. Choose another."
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


class NotFromABreach:
    """Refuses a password that the file ``BREACHED_PASSWORDS`` has, where there is one (ASVS 6.2.12); asks nobody outside."""

    def validate(self, password: str, user: Any = None) -> None:
        """Django's own way of asking. A file that cannot be read refuses nothing: the common ones are refused all the same."""
        if not settings.BREACHED_PASSWORDS:
            return
        try:
            is_known = breached.is_known(password, Path(settings.BREACHED_PASSWORDS))
        except (OSError, breached.NotThatFile) as error:
            logger.error("the file of breached passwords could not be searched: %s", type(error).__name__)
            return
        if is_known:
            raise ValidationError(FROM_A_BREACH, code="from_a_breach")

    def get_help_text(self) -> str:
        """What Django shows where it explains passwords."""
        return "Not one that is known from a breach of another service."


@register(Tags.security, deploy=True)
def there_is_a_list(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Passwords are compared with those known from breaches."""
    if settings.BREACHED_PASSWORDS:
        return []
    said = "New passwords are compared with common ones only, and not with those known from breaches."
    return [Warning(said, hint="Set BREACHED_PASSWORDS (docs/operations.md, Passwords known from breaches).", id="cases.W001")]


@register(Tags.security)
def the_list_can_be_searched(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """The file that is named is there, and is such a file."""
    if not settings.BREACHED_PASSWORDS:
        return []
    try:
        breached.check(Path(settings.BREACHED_PASSWORDS))
    except (OSError, breached.NotThatFile) as error:
        hint = "It needs lines of a SHA-1 and a number, such as 5BAA…8FD8:10, sorted by the first."
        return [Error(f"BREACHED_PASSWORDS cannot be searched: {error}", hint=hint, id="cases.E001")]
    return []
