"""The question why something may be shared with another agency, with the usual answer given already (F54)."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.forms.moves import MoveForm
from escalation.lawful import Consent, Lawful, bases, consents, usual, wrong_with


class LawfulForm(GovukForm):
    """On what basis it is shared, and whether the person was asked; about nobody there is nothing to ask."""

    sharing_basis = forms.ChoiceField(label="Why may you share this?", required=False, widget=Radios(small=True))
    sharing_consent = forms.ChoiceField(
        label="Was the person asked?", required=False,
        widget=Radios(small=True, reveals={Consent.REFUSES.value: ["sharing_why"]}),
    )  # fmt: skip
    sharing_why = forms.CharField(
        label="Why is it shared although they do not agree?", max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def offer_bases(self, *, is_thematic: bool) -> None:
        """Fit the questions to what it is about."""
        self.is_thematic = is_thematic
        if is_thematic:
            for name in ("sharing_basis", "sharing_consent", "sharing_why"):
                del self.fields[name]
            return
        common = usual(is_thematic=False)
        for name, choices, first in (
            ("sharing_basis", bases(is_thematic=False), common.basis),
            ("sharing_consent", consents(is_thematic=False), common.consent),
        ):
            asked: Any = self.fields[name]
            asked.choices = choices
            self.initial.setdefault(name, first)

    def clean(self) -> dict[str, Any]:
        """The usual answer where none is given; against somebody's will only with a reason."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        common = usual(is_thematic=self.is_thematic)
        said = Lawful(
            answers.get("sharing_basis") or common.basis, answers.get("sharing_consent") or common.consent,
            answers.get("sharing_why", ""),
        )  # fmt: skip
        if wrong := wrong_with(said, is_thematic=self.is_thematic):
            self.add_error(wrong[0] if wrong[0] in self.fields else None, wrong[1])
        given = {"sharing_basis": said.basis, "sharing_consent": said.consent}
        answers.update({name: value for name, value in given.items() if name in self.fields}, lawful=said)
        return answers


class SendReferralForm(LawfulForm, MoveForm):
    """Sending a referral, and why it may be shared with whoever has the last word."""

    def __init__(self, *args: Any, is_thematic: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_bases(is_thematic=is_thematic)
