"""Forms of the directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, GovukDateField
from cases.models import Agency, Appointment
from cases.permissions import AGENCY_ROLES, BOARD_ROLES, LEAD_APPOINTS

THE_BOARD = "The board itself"


class Colleague(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody of the directory, shown with their title."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.described)


class AppointForm(GovukForm):
    """Who gets which role where, from when."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(), label="At which agency?", required=False, empty_label=THE_BOARD
    )
    role = forms.ChoiceField(label="In which role?")
    name = forms.CharField(label="What is their name?", max_length=120)
    email = forms.EmailField(
        label="What is their work e-mail address?",
        help_text="They sign in with it. Tell them to choose “I have no password yet” on the sign-in page.",
    )
    phone = forms.CharField(label="What is their work phone number?", max_length=30, required=False)
    job_title = forms.CharField(
        label="What is their job title?",
        max_length=80,
        required=False,
        help_text="For example, duty manager, Older People’s Team",
    )
    remit = forms.CharField(
        label="Is the role for one field only?",
        max_length=40,
        required=False,
        help_text="For example, adults. Leave it empty if not",
    )
    manager = Colleague(
        Appointment.objects.none(), label="Who is their line manager?", required=False, empty_label="Not recorded"
    )
    is_contact = forms.BooleanField(label="First person to turn to for this role", required=False)
    starts_on = GovukDateField(label="From which day?", called="The first day")
    ends_on = GovukDateField(label="Until which day, if that is known?", called="The last day", required=False)

    def __init__(self, *args: Any, acting: Appointment, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies, roles = Agency.objects.visible_to(acting), list(dict.fromkeys((*AGENCY_ROLES, *BOARD_ROLES)))
        managers = Appointment.objects.visible_to(acting).active_on(day)
        agency: Any = self.fields["agency"]
        if acting.agency_id is not None:
            agencies, roles = agencies.filter(pk=acting.agency_id), list(LEAD_APPOINTS)
            managers = managers.filter(agency=acting.agency_id)
            agency.required, agency.empty_label, agency.initial = True, None, acting.agency_id
        agency.queryset = agencies
        role: Any = self.fields["role"]
        role.choices = [("", "Choose a role"), *((role.value, role.title.capitalize()) for role in roles)]
        colleague: Any = self.fields["manager"]
        colleague.queryset = managers.select_related("user", "agency", "partnership").order_by("user__name", "pk")


class ChangeAppointmentForm(GovukForm):
    """What of an entry can be corrected."""

    job_title = forms.CharField(label="What is their job title?", max_length=80, required=False)
    phone = forms.CharField(label="What is their work phone number?", max_length=30, required=False)
    email = forms.EmailField(
        label="What is their work e-mail address?",
        required=False,
        help_text="They sign in with it, and notices go there. Change it only if it was recorded wrongly.",
    )
    manager = Colleague(
        Appointment.objects.none(), label="Who is their line manager?", required=False, empty_label="Not recorded"
    )

    def __init__(self, *args: Any, held: Appointment, day: date, **kwargs: Any) -> None:
        known = {"job_title": held.job_title, "phone": held.user.phone, "email": held.user.email, "manager": held.manager_id}
        super().__init__(*args, initial=known, **kwargs)
        colleague: Any = self.fields["manager"]
        running = Appointment.objects.visible_to(held).active_on(day).filter(agency=held.agency_id).exclude(pk=held.pk)
        colleague.queryset = running.select_related("user", "agency", "partnership").order_by("user__name", "pk")


class RecordsAddressForm(GovukForm):
    """Where an agency keeps its records."""

    records_email = forms.EmailField(
        label="What is the e-mail address of the agency’s records?",
        required=False,
        help_text="A shared mailbox of the records officers, not of the people who run this service. Leave it empty for none.",
    )


class EndAppointmentForm(GovukForm):
    """When a role ends."""

    ends_on = GovukDateField(label="What is their last day in this role?", called="The last day")


class ImportForm(GovukForm):
    """A file of people."""

    file = forms.FileField(
        label="Which file?", help_text="CSV in UTF-8, at most 500 people",
        error_messages={"required": "Choose a file", "empty": "This file is empty. Choose another one"},
    )  # fmt: skip


class AskRecoveryForm(GovukForm):
    """That somebody has lost the device with which they sign in."""

    checked_how = forms.CharField(
        label="How do you know that it is them?",
        max_length=300,
        help_text="For example: I rang them back on the number in our staff list. An e-mail, or a call from an unknown number, "
        "is not enough.",
    )


class AnswerRecoveryForm(GovukForm):
    """The second person's answer."""

    agrees = forms.ChoiceField(
        label="Have you made sure yourself that it is them?",
        choices=[("yes", "Yes, take their second factor away"), ("no", "No, leave it as it is")],
        widget=forms.RadioSelect,
    )


class Ticked(forms.MultipleChoiceField):
    """Boxes of which one may meanwhile have gone: what somebody else has done already is no mistake."""

    def valid_value(self, value: Any) -> bool:
        return True


class StillHereForm(GovukForm):
    """Who still works here in which role, of those whom the reader may confirm."""

    held = Ticked(
        label="Choose those who still work here in this role", widget=Checkboxes(),
        error_messages={"required": "Choose at least one who still works here, or record the last day of those who do not"},
    )  # fmt: skip
    sizes = {"held": "m"}

    def __init__(self, *args: Any, theirs: Iterable[Appointment], hints: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        boxes: Any = self.fields["held"]
        boxes.choices = [(str(held.pk), _who_holds(held)) for held in theirs]
        boxes.widget.hints = hints


def _who_holds(held: Appointment) -> str:
    unused = " (suspended: not used for a long time)" if held.user.suspended_at else ""
    return f"{held.user.name}, {held.title}{unused}"
