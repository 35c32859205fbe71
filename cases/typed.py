"""What a page's form was given and not sent: which forms are kept, what of them, and what was kept of this one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import HttpRequest

from cases.actions.typed import keep_typed, typed_at
from cases.clock import database_now

KEY = "once"  # the hidden field with a form's one-time key
AUTOSAVE, ANEW = "X-Autosave", "start_anew"
NEVER = re.compile(r"^(csrfmiddlewaretoken|once|start_anew)$|^prove_|password", re.IGNORECASE)
MOST_NAMES = 400
LONGEST_ADDRESS = 300
APART = "/safe-address/"  # nothing that is sent to or shown at such an address is kept anywhere else
# Signing in and proving who one is are never kept; a program keeps its own, and who has no account writes into their invitation.
NOT_KEPT = ("/account/", "/api/", "/outside/")


def is_kept(address: str) -> bool:
    """Whether what is typed into the form at this address is kept."""
    return not address.startswith(NOT_KEPT) and APART not in address and len(address) <= LONGEST_ADDRESS


def keep(request: HttpRequest, user_id: int, *, overtaken: bool = True) -> None:
    """Keep what this request posts for the form at its address; never files, nor what opens an account.

    ``overtaken``: not when the same form was sent just now, since this was saved on the way.
    """
    found = list(request.POST.lists())[:MOST_NAMES]
    answers = {name: [_storable(value) for value in values] for name, values in found if not NEVER.search(name)}
    if is_kept(request.path) and any(any(values) for values in answers.values()):
        key = request.POST.get(KEY, "") if overtaken else ""
        keep_typed(
            user_id=user_id, address=request.path, answers=answers, now=database_now(), key=_storable(key)[:60]
        )


def typed_here(request: Any, address: str = "") -> Mapping[str, Sequence[str]]:
    """What the reader of this page typed into its form before and did not send; nothing when they send now."""
    user = getattr(request, "user", None)
    address = address or getattr(request, "path", "")
    if user is None or not user.is_authenticated or request.method != "GET" or not is_kept(address):
        return {}
    known = cast("dict[str, Mapping[str, Sequence[str]]]", request.__dict__.setdefault("typed_before", {}))
    if address not in known:
        known[address] = typed_at(user_id=user.pk, address=address)
    return known[address]


def put_back(form: forms.BaseForm, answers: Mapping[str, Sequence[str]]) -> bool:
    """Show these answers in a form as they were typed; hidden fields, files and passwords stay as they are. Was there any?"""
    data = _Answers(answers)
    is_there = False
    for name, field in form.fields.items():
        widget, key = field.widget, form.add_prefix(name)
        if isinstance(widget, forms.HiddenInput | forms.FileInput | forms.PasswordInput) or field.disabled:
            continue
        if not widget.value_omitted_from_data(data, {}, key):
            form.initial[name] = widget.value_from_datadict(data, {}, key)
            is_there = True
    return is_there


class _Answers(dict[str, Any]):
    """Kept answers as a widget reads them: one value, or all of them."""

    def __init__(self, answers: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: values[-1] for name, values in answers.items() if values})
        self.all = answers

    def getlist(self, name: str) -> list[str]:
        return list(self.all.get(name, ()))


def _storable(value: Any) -> str:
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()
