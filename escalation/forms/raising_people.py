"""The people of a dispute that is being raised: the person at risk, and who should receive it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from cases.forms.fields import GovukDateField, Radios
from cases.models import Appointment, Case
from cases.roles import Permission, Role
from escalation.forms.raiser import WHO_KNOWS, WHY
from escalation.forms.sharing import LawfulForm
from escalation.forms.steps import Setting, StepForm

NEW, OTHER = "new", "other"
CASES_SHOWN = 15
RECIPIENTS = (Role.PRACTITIONER, Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER)


def named(case: Case) -> str:
    """A case in a list of one's own: initials, year of birth, reference; never the name. Of a theme its name."""
    if case.person is None:
        return f"{case.theme} ({case.reference})"
    born = f", born {case.person.date_of_birth.year}" if case.person.date_of_birth else ""
    return f"{case.initials}{born} ({case.reference})"


class WhoForm(StepForm):
    """The person at risk: on a case of one's own, or somebody new."""

    slug, title, short = "person", "Who is it about?", "The person"
    page = "escalation/raise/questions/person.html"
    optional = ("address", "is_child")
    who = forms.ChoiceField(
        label="Who is it about?", error_messages={"required": "Choose one of your cases, or “Somebody else”"}
    )
    reference = forms.CharField(label="What is the reference of the case?", max_length=30, required=False)
    name = forms.CharField(
        label="What is the person’s name?",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    own_reference = forms.CharField(
        label="What is their reference in your own system?",
        max_length=60,
        required=False,
        help_text="It tells the other agency that you speak of the same person",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    date_of_birth = GovukDateField(
        label="When were they born?", called="The date of birth", required=False, help_text="For example, 3 6 1941"
    )
    address = forms.CharField(
        label="Where do they live?",
        max_length=500,
        required=False,
        help_text="Leave it empty if it must not become known: the page of the case has a safe address, kept apart",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    is_child = forms.BooleanField(label="The person is under 18", required=False)

    def prepare(self, setting: Setting) -> None:
        mine = list(Case.objects.visible_to(setting.acting).exclude(person=None).select_related("person")[: CASES_SHOWN + 1])
        choices = [(case.reference, named(case)) for case in mine[:CASES_SHOWN]]
        new = ("name", "own_reference", "date_of_birth", "address", "is_child")
        reveals: dict[str, tuple[str, ...]] = {NEW: new}
        if len(mine) > CASES_SHOWN:
            choices.append((OTHER, "Somebody on another case of mine"))
            reveals[OTHER] = ("reference",)
        else:
            del self.fields["reference"]
        if not mine:
            del self.fields["who"]
            self.fields["name"].required = True
            self.fields["name"].error_messages["required"] = "Enter the person’s name"
            return
        who: Any = self.fields["who"]
        who.widget = Radios(reveals=reveals, divide_before=NEW)
        who.choices = [*choices, (NEW, "Somebody else")]

    def clean_date_of_birth(self) -> date | None:
        """A birthday lies in the past, and not before anybody living."""
        born: date | None = self.cleaned_data["date_of_birth"]
        if born and born > self.setting.today:
            raise forms.ValidationError("The date of birth must be today or in the past")
        if born and born.year < self.setting.today.year - 125:
            raise forms.ValidationError("Check the year of birth")
        return born

    def clean(self) -> dict[str, Any]:
        """A case one is on, or a name."""
        answers = super().clean()
        who = answers.get("who", NEW if "who" not in self.fields else "")
        if who == NEW and not answers.get("name") and not self.has_error("name"):
            self.add_error("name", "Enter the person’s name")
        reference = answers.get("reference", "").strip().upper() if who == OTHER else who
        if reference and who != NEW:
            answers["case"] = Case.objects.visible_to(self.setting.acting).filter(reference=reference).first()
            if answers["case"] is None:
                self.add_error(
                    "reference" if who == OTHER else "who", "None of your cases has this reference. Check it"
                )
        elif who == OTHER:
            self.add_error("reference", "Enter the reference of the case")
        return answers


class Recipient(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody at the other agency, with title and agency."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.described)


class RecipientForm(LawfulForm, StepForm):
    """Who should receive it, at which stage it begins, and why it may be shared with them."""

    slug, title, short = "recipient", "Who should receive it?", "Who receives it"
    page = "escalation/raise/questions/recipient.html"
    optional = ("sharing_why",)
    who_knows = WHO_KNOWS
    keeps_name = forms.BooleanField(label="Show my name only to the few who have to know it", required=False)
    protect_reason = forms.CharField(
        label="Why?", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=WHY
    )
    addressee = Recipient(
        Appointment.objects.none(),
        label="Do you want to name somebody? (optional)",
        required=False,
        empty_label="Nobody in particular: whoever the directory proposes",
    )
    cannot_wait = forms.ChoiceField(
        label="Is there an immediate risk that cannot wait for the first stage?",
        choices=[("no", "No"), ("yes", "Yes, start at a later stage")],
        required=False,
        widget=Radios(reveals={"yes": ["entry_stage", "immediate_risk_reason"]}),
    )
    entry_stage = forms.ChoiceField(label="At which stage should it start?", required=False)
    immediate_risk_reason = forms.CharField(
        label="What is the immediate risk, and why can it not wait?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self, setting: Setting) -> None:
        self.offer_bases(is_thematic=setting.rules.is_thematic)
        people: Any = self.fields["addressee"]
        running = Appointment.objects.visible_to(setting.acting).active_on(setting.today)
        running = running.filter(agency__in=setting.responding, role__in=RECIPIENTS)
        related = running.select_related("user", "agency", "partnership")
        people.queryset = related.order_by("agency__name", "user__name", "pk")
        self.initial.setdefault("cannot_wait", "no")
        later = setting.rules.risk_stages
        if not (later and setting.acting.has(Permission.ENTER_AT_LATER_STAGE)):
            for name in ("cannot_wait", "entry_stage", "immediate_risk_reason"):
                del self.fields[name]
            return
        self.fields["cannot_wait"].help_text = setting.rules.immediate_risk.text
        stage: Any = self.fields["entry_stage"]
        stage.choices = [("", "Choose a stage"), *((str(one.order), f"{one.label}: {one.name}") for one in later)]

    def clean(self) -> dict[str, Any]:
        """A later stage needs a reason; without one it begins at the first."""
        answers = super().clean()
        if not answers.get("keeps_name"):
            answers["protect_reason"] = ""
        elif not answers.get("protect_reason") and not self.has_error("protect_reason"):
            self.add_error("protect_reason", "Say why the name should be kept")
        if answers.get("cannot_wait") != "yes":
            answers.update(entry_stage=1, immediate_risk_reason="")
            return answers
        if not answers.get("entry_stage") and not self.has_error("entry_stage"):
            self.add_error("entry_stage", "Choose the stage at which it should start")
        if not answers.get("immediate_risk_reason") and not self.has_error("immediate_risk_reason"):
            self.add_error("immediate_risk_reason", "Say what the immediate risk is, and why it cannot wait")
        answers["entry_stage"] = int(answers.get("entry_stage") or 1)
        return answers
