"""Forms around a protocol: where a draft begins, a file to import, versions to compare, a case to simulate, an approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, GovukDateTimeField, Radios
from cases.models import Agency
from escalation.calendars import FIRST_YEAR, LAST_YEAR
from escalation.models import ProtocolVersion
from escalation.protocol import Protocol
from escalation.simulated import Answer

LARGEST_FILE = 500_000
ANSWERS = {
    Answer.SILENCE: "Silence",
    Answer.REPLY: "A reply, and no agreement",
    Answer.EXTENSION: "More time, as much as the protocol allows, and then a reply",
    Answer.AGREEMENT: "Agreement, or the last word",
    Answer.RISK: "The person is at immediate risk",
}


class BeginForm(GovukForm):
    """Where a draft begins."""

    origin = forms.ChoiceField(
        label="What do you want to begin with?",
        widget=Radios(),
        error_messages={"required": "Choose what to begin with"},
    )

    def __init__(
        self, *args: Any, versions: Sequence[ProtocolVersion], templates: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        copies = [
            (f"v{version.version}", f"A copy of version {version.version}: {version.name}") for version in versions
        ]
        self.fields["origin"].choices = [*copies, *templates]  # type: ignore[attr-defined]


class ImportForm(GovukForm):
    """A protocol file, uploaded or pasted."""

    file = forms.FileField(label="Upload a protocol file", help_text="YAML or JSON, saved as UTF-8", required=False)
    text = forms.CharField(
        label="Or paste its text", required=False, max_length=LARGEST_FILE, strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The text of the file, whichever way it came."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["written"] = data.get("text") or ""
        if data.get("file"):
            data["written"] = self._read(data["file"])
        if not self.errors and not data["written"].strip():
            self.add_error("file", "Choose a file, or paste its text")
        return data

    def _read(self, file: Any) -> str:
        if file.size > LARGEST_FILE:
            self.add_error("file", f"The file is too large: it may have {LARGEST_FILE // 1000} kB")
            return ""
        try:
            return str(file.read().decode("utf-8-sig")).replace("\0", "")
        except UnicodeDecodeError:
            self.add_error("file", "The file is not UTF-8 text: save it as UTF-8")
            return ""


class CompareForm(GovukForm):
    """Two versions, or a version and a draft."""

    before = forms.ChoiceField(label="From")
    after = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class SimulateForm(GovukForm):
    """When the concern arises, between whom, and what happens at each stage."""

    concern = GovukDateTimeField(
        label="When does the concern arise?",
        called="The date of the concern",
        help_text="For example, 2 4 2026 at 10:00",
    )
    raised = GovukDateTimeField(
        label="When is it raised?",
        called="The date of raising",
        required=False,
        help_text="Leave empty when it is raised at once",
    )
    raising = forms.ModelChoiceField(
        Agency.objects.none(), label="Which agency raises it?", required=False, empty_label="Any: show roles only"
    )
    responding = forms.ModelChoiceField(
        Agency.objects.none(), label="With which agency?", required=False, empty_label="Any: show roles only"
    )

    def __init__(self, *args: Any, agencies: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = [f"stage{stage.order}" for stage in protocol.stages]
        for name in ("raising", "responding"):
            self.fields[name].queryset = agencies  # type: ignore[attr-defined]
        nobody = (Answer.RISK,) if protocol.is_thematic else ()
        choices = [(answer.value, words) for answer, words in ANSWERS.items() if answer not in nobody]
        for stage, name in zip(protocol.stages, self.stages, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=f"{stage.label}: {stage.name}", choices=choices, widget=Radios(small=True), required=False
            )

    def answers(self) -> dict[int, Answer]:
        """What happens at each stage, by its order."""
        given = [Answer(self.cleaned_data.get(name) or Answer.SILENCE) for name in self.stages]
        return dict(enumerate(given, start=1))

    def clean(self) -> dict[str, Any]:
        """Nothing is raised before it is a concern, and two agencies are two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("concern", "raised"):
            if data.get(name) and not FIRST_YEAR <= data[name].year <= LAST_YEAR - 20:
                self.add_error(name, f"The year must be from {FIRST_YEAR} to {LAST_YEAR - 20}")
        if data.get("raised") and data.get("concern") and data["raised"] < data["concern"]:
            self.add_error("raised", "It cannot be raised before the concern arises")
        if data.get("raising") and data.get("raising") == data.get("responding"):
            self.add_error("responding", "Choose another agency")
        return data


class SubmitForm(GovukForm):
    """Each warning is ticked before somebody else is asked to approve."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    acknowledged = forms.MultipleChoiceField(
        label="I have looked at each of these, and it is meant", required=False, widget=Checkboxes()
    )

    def __init__(self, *args: Any, warnings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if warnings:
            self.fields["acknowledged"].choices = [(text, text) for text in warnings]  # type: ignore[attr-defined]
        else:
            del self.fields["acknowledged"]


class ApproveForm(GovukForm):
    """The second person has read it."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(GovukForm):
    """The second person says what should be different."""

    why = forms.CharField(
        label="What should be different?", widget=forms.Textarea(attrs={"rows": 4}), max_length=4000,
        error_messages={"required": "Say what should be different"},
    )  # fmt: skip
