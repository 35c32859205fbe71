"""The product's settings with what only tests need: a cheap password hash, loud templates, a movable clock."""

import os
from pathlib import Path
from typing import Any

from escalation.settings import *  # noqa: F403
from escalation.settings import DATABASES, TEMPLATES
from tests.clock import follow_file


class UndefinedVariable(str):
    """What a template prints for a name nobody defined: an error instead of nothing."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: Any) -> str:
        raise AssertionError(f"A template uses {name!s}, which nobody defined.")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined")  # type: ignore[index]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"].update({"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False})
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]

if _clock_file := os.environ.get("TEST_CLOCK_FILE"):
    follow_file(Path(_clock_file))
