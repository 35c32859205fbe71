"""Forms of the safe address: why it is to be shown, and what is to be kept."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm


class ShowSafeAddressForm(GovukForm):
    """Why somebody needs it now."""

    reason = forms.CharField(
        label="Why do you need it now?", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="For example, to visit her this afternoon. Kept with your name, and seen by those who see who has looked",
        error_messages={"required": "Say why you need it now"},
    )  # fmt: skip


class WriteSafeAddressForm(GovukForm):
    """Where the person is safe, and how they can be reached without danger."""

    safe_address = forms.CharField(
        label="Where is the person safe?", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )  # fmt: skip
    safe_contact = forms.CharField(
        label="How can they be reached safely?", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="Number, times, whom to ask for, and what never to do. For example, no messages on the answering machine",
    )  # fmt: skip
    keeps_nothing = forms.BooleanField(label="Keep no safe address any more", required=False)
