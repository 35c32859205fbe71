"""What the API takes: one serializer for each act, with the same limits as the pages' forms."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.models.case import Capacity
from escalation.lawful import BASIS_WORDS, CONSENT_WORDS, Lawful
from escalation.models import Discussion, PersonVoice, SafetyConfirmation
from escalation.models.stage import ENDINGS
from escalation.models.work import ContactMode

LONGEST = 10_000
ANSWERED = (("stands", "keeps to the decision"), ("changes", "changes the decision"), ("talk", "wants to talk first"))
DANGER = (("not_in_danger", "nobody is in danger right now"), ("in_danger", "somebody is; emergency services were called"))
SEEN = "The dispute's token as you last read it; refused as stale when somebody has moved it since."


class Text(serializers.CharField):
    """Something in one's own words."""

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("required") is False:
            kwargs.setdefault("allow_blank", True)
        super().__init__(**({"max_length": LONGEST} | kwargs))


class SafetySerializer(serializers.Serializer[Any]):
    """Whether the person is safe now, and how that is known."""

    answer = serializers.ChoiceField(choices=SafetyConfirmation.Answer.choices)
    how = Text()
    measures = Text(required=False)
    measures_owner = Text(required=False, max_length=150)
    review_on = serializers.DateField(required=False, allow_null=True)


class LawfulSerializer(serializers.Serializer[Any]):
    """Why it may be shared with those it goes to; the usual reason where nothing is said."""

    sharing_basis = serializers.ChoiceField(choices=[(one.value, text) for one, text in BASIS_WORDS.items()], required=False)
    sharing_consent = serializers.ChoiceField(
        choices=[(one.value, text) for one, text in CONSENT_WORDS.items()], required=False
    )
    sharing_why = Text(required=False, max_length=2000, help_text="Needed where the person does not agree.")


def lawful_in(given: dict[str, Any]) -> Lawful | None:
    """What was said of why it may be shared, taken out of everything given; None when nothing was."""
    asked = {"basis": "sharing_basis", "consent": "sharing_consent", "consent_why": "sharing_why"}
    said = {name: given.pop(sent) for name, sent in asked.items() if sent in given}
    return Lawful(**said) if said else None


class RaiseSerializer(LawfulSerializer):
    """A disagreement to raise, about a person whose case the caller is on; or about a theme, which names nobody."""

    track = serializers.SlugField(
        max_length=40, required=False, allow_blank=True, help_text="The key of a track, where the protocol has several."
    )
    case = serializers.CharField(
        max_length=30, required=False, help_text="The reference of the case. A theme may be new: give it as theme instead."
    )
    theme = Text(required=False, max_length=120, help_text="A short name for a new theme, without anybody's.")
    responding = serializers.ListField(
        child=serializers.SlugField(max_length=40), min_length=1, max_length=20, help_text="Keys of the agencies asked."
    )
    decision_disputed = Text(help_text="What was decided or not done.")
    worry = Text()
    proposed_resolution = Text()
    concern_arose_at = serializers.DateTimeField()
    safety = SafetySerializer(required=False, help_text="Needed where it is about a person.")
    danger_answer = serializers.ChoiceField(choices=DANGER, required=False)
    addressee = serializers.IntegerField(required=False, help_text="The id of a role at a responding agency.")
    subject = serializers.SlugField(max_length=40, required=False)
    ground = serializers.SlugField(max_length=40, required=False)
    category = serializers.SlugField(max_length=40, required=False)
    decided_by = Text(required=False, max_length=200)
    evidence = Text(required=False)
    aim = Text(required=False)
    capacity = serializers.ChoiceField(choices=Capacity.choices, required=False)
    persons_view = Text(required=False)
    earlier_forum = Text(required=False)
    decision_received_at = serializers.DateTimeField(required=False, allow_null=True)
    own_date = serializers.DateTimeField(
        required=False, allow_null=True, help_text="By when you need it, where the protocol says 'or sooner'."
    )
    protect_reason = Text(
        required=False, max_length=2000, help_text="Why the name of who raised it should be kept; empty: everybody may know it."
    )
    entry_stage = serializers.IntegerField(required=False, min_value=1, max_value=20)
    immediate_risk_reason = Text(required=False)


class DiscussionSerializer(serializers.Serializer[Any]):
    """An attempt, a talk, advice or a meeting that has taken place."""

    kind = serializers.ChoiceField(choices=Discussion.Kind.choices)
    mode = serializers.ChoiceField(choices=ContactMode.choices)
    happened_at = serializers.DateTimeField()
    with_whom = Text(max_length=300)
    result = Text()


class PositionSerializer(serializers.Serializer[Any]):
    """Where the caller's agency stands; the raising side gives no stance."""

    text = Text()
    stance = serializers.ChoiceField(choices=ANSWERED, required=False)
    role_and_remit = Text(required=False)
    seen_updates = serializers.IntegerField(
        required=False, min_value=0, max_value=32_000, help_text="The count of changes that you saw."
    )


class ReviewSerializer(serializers.Serializer[Any]):
    """A manager's own view."""

    agrees = serializers.BooleanField()
    rationale = Text()
    next_steps = Text(required=False)


class VoiceSerializer(serializers.Serializer[Any]):
    """What the person wants, and whether they know that professionals disagree."""

    desired_outcomes = Text()
    told = serializers.ChoiceField(choices=PersonVoice.Told.choices)
    own_view = Text(required=False)
    not_told_reason = Text(required=False)
    review_on = serializers.DateField(required=False, allow_null=True)
    advocate = Text(required=False, max_length=150)


class OwnRecordSerializer(serializers.Serializer[Any]):
    """Word that the stage is recorded in the agency's own system."""

    own_reference = Text(max_length=80)
    recorded_on = serializers.DateField()


class StatementSerializer(serializers.Serializer[Any]):
    """What was tried at this level."""

    statement = Text()


class TextSerializer(serializers.Serializer[Any]):
    """Something to say."""

    text = Text()


class DebriefSerializer(TextSerializer):
    """When and how; without ``whom`` one's own colleagues, from whoever has the last word everybody."""

    whom = serializers.ChoiceField(choices=["own", "authority", "all"], required=False)


class FeedbackSerializer(serializers.Serializer[Any]):
    """What was done, or that nothing was and why."""

    text = Text()
    no_action = serializers.BooleanField(default=False)


class NewActionSerializer(serializers.Serializer[Any]):
    """Something to be done, by whom and when."""

    what = Text()
    owner = serializers.IntegerField(help_text="The id of the role of somebody on the dispute.")
    due_on = serializers.DateField()


class NoteSerializer(serializers.Serializer[Any]):
    """How it was done."""

    note = Text()


class DoneSerializer(NoteSerializer):
    """How an action was done, and the file that shows it."""

    evidence = serializers.IntegerField(required=False, min_value=1, help_text="The id of evidence on the dispute.")


class BringInSerializer(serializers.Serializer[Any]):
    """A colleague who is needed on it."""

    who = serializers.IntegerField(help_text="The id of a role at your own agency.")
    reason = Text()


class EscalateSerializer(serializers.Serializer[Any]):
    """Why it must go further; the notice of intention and the feedback can be written in the same act."""

    reason = Text()
    intention = Text(required=False)
    feedback = Text(required=False)
    trigger = serializers.CharField(
        max_length=40, required=False, help_text="What brings it to the next stage, where its protocol lists several reasons."
    )
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class JumpSerializer(serializers.Serializer[Any]):
    """The later stage, and the immediate risk that cannot wait."""

    to_stage = serializers.IntegerField(min_value=1, max_value=20)
    reason = Text()
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class WithdrawSerializer(serializers.Serializer[Any]):
    """How it ended and why; a word on pressure is read by your own safeguarding lead and the board manager alone."""

    ending = serializers.ChoiceField(choices=[(code.value, words) for code, words in ENDINGS.items()])
    reason = Text()
    was_pressed = serializers.BooleanField(required=False)
    pressure = Text(required=False)
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)
