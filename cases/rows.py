"""Which rows PostgreSQL shows to this connection: those of the person who acts, or all of them to an act and to the workers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


def one_act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction."""

    @wraps(function)
    def act(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            return function(*args, **kwargs)

    return act
