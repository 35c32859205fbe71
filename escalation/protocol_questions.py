"""Every setting of a protocol as a question a board manager can answer without knowing the file."""

from __future__ import annotations

import re
from enum import StrEnum

from escalation.protocol import (
    Anchor,
    BoardFormField,
    Choice,
    Clock,
    Closure,
    Data,
    Extension,
    FinalAuthority,
    Gate,
    Ground,
    ImmediateRisk,
    LeadMode,
    Of,
    OnMissed,
    OnwardRoute,
    Protocol,
    ScopeQuestion,
    Side,
    Terminology,
    Track,
)
from escalation.protocol_options import OPTIONS, option
from escalation.stage_questions import STAGE_QUESTIONS

Question = tuple[str, str]

_CHOICE: dict[str, Question] = {
    "code": ("Short name", "Small letters, digits, - and _; once in its list"),
    "label": ("Words", ""),
    "hint": ("A line of help", ""),
}
_OF_THE_REST: dict[type[Data], dict[str, Question]] = {
    Protocol: {
        "format": ("Format of the file", "Always 1"),
        "key": ("Short name of the protocol", "Small letters, digits, - and _, for example ours"),
        "name": ("What is the policy called?", ""),
        "version": ("Its version", "As your policy numbers itself"),
        "effective_from": ("From which day does it apply?", "Disputes raised from that day on begin under it"),
        "approved_by": ("Who approved it?", ""),
        "review_due": ("When is it to be reviewed?", ""),
        "source": ("Which document is it written from?", ""),
        "nation": ("Whose bank holidays apply?", ""),
        "populations": ("Whom is it about?", ""),
        "about": ("A person, or how agencies work together?", "Leave it at a person when the protocol has several tracks"),
        "terminology": ("Your own words", ""),
        "principles": ("What does it rest on?", "One principle a line; shown as guidance"),
        "subjects": ("What can be disputed", ""),
        "grounds": ("Why a decision may be challenged", ""),
        "categories": ("What it can be about, for counting", ""),
        "out_of_scope": ("Questions that send a matter elsewhere", ""),
        "earlier_forum": ("What is asked when a meeting should have settled it first?", "Leave empty to ask nothing"),
        "clock": ("How time is counted", ""),
        "immediate_risk": ("When the person is at immediate risk", ""),
        "stages": ("Stages", ""),
        "notices": ("Who else is told, whatever the stage", ""),
        "final_authority": ("The last word", ""),
        "onward_routes": ("Where a matter may go from there", ""),
        "board_address": ("Where do referrals go, if they also go by post or mail?", ""),
        "board_form": ("The referral form", ""),
        "closure": ("What ends a dispute", ""),
        "reporting": ("What is reported, to whom, when?", ""),
        "tracks": ("Several tracks", ""),
    },
    Track: {
        "key": ("Short name of the track", "Small letters, digits, - and _"),
        "label": ("What is it called?", "For example Children, or A pattern between agencies"),
        "when": ("When is it this one?", "Helps whoever raises it to choose"),
        "about": ("A person, or how agencies work together?", ""),
        "populations": ("Whom is it about?", "Leave empty to keep the protocol’s"),
        "terminology": ("Words of this track", ""),
        "subjects": ("What can be disputed here", ""),
        "grounds": ("Why a decision may be challenged here", ""),
        "categories": ("What it can be about here, for counting", ""),
        "earlier_forum": ("What is asked when a meeting should have settled it first?", "Leave empty to keep the protocol’s"),
        "clock": ("How time is counted here", ""),
        "immediate_risk": ("When the person is at immediate risk, here", ""),
        "stages": ("Stages of this track", "None: those of the protocol"),
        "final_authority": ("The last word here", ""),
        "onward_routes": ("Where a matter may go from here", ""),
        "board_address": ("Where do its referrals go by post or mail?", "Leave empty to keep the protocol’s"),
        "board_form": ("The referral form of this track", ""),
        "closure": ("What ends a dispute here", ""),
    },
    Terminology: {
        "dispute": ("What do you call it?", "For example professional disagreement"),
        "stage": ("Stage, Step or Level?", ""),
        "person": ("Whom is it about?", "For example adult at risk, child, person at risk"),
        "raise_it": ("The words on the button", ""),
    },
    Choice: _CHOICE,
    Ground: _CHOICE | {"requires_capacity": ("Ask about the person’s capacity for this decision", "")},
    ScopeQuestion: {
        "code": _CHOICE["code"],
        "question": ("A question answered yes or no", "Yes stops here, and nothing is stored"),
        "signpost": ("Where should they go instead?", ""),
    },
    Clock: {
        "anchor": ("What are days counted from?", "Unless a limit says otherwise"),
        "days": ("When your policy only says “day”, which days are meant?", ""),
        "first_day_number": (
            "Which number has the day of the event itself?",
            "1: it is Day 1. 0: the day after is Day 1",
        ),
        "day_end": ("When does a day end?", "23:59, or the end of office hours such as 17:00"),
        "counted_until": ("Until when does something count as coming that day?", "Such as 10:00. Leave empty for the whole day"),
        "total_limit": ("Time for the whole of it", ""),
        "indicative": ("All limits are a guide: passing one is shown, and moves nothing", ""),
        "warn_hours_before": (
            "How many hours before a limit is it recalled?",
            "Numbers with commas between them, such as 48, 24",
        ),
        "warn_percent": ("After how many per cent of its time is a limit recalled?", "Numbers with commas between them"),
        "chase_every_working_day": ("A missed limit is recalled every working day until it is done", ""),
        "tell_next_up_after_hours": (
            "How many hours after a missed limit is the next person up told?",
            "0 means nobody is told",
        ),
        "silence_days": (
            "After how many days without a reply may whoever raised it go on alone?",
            "Where the stage has no limit for the reply",
        ),
        "quiet_from": ("From when does e-mail wait for the morning?", "Such as 20:00. News of immediate risk never waits"),
        "quiet_until": ("Until when does it wait?", "Such as 08:00"),
        "remind_after_hours": ("How many hours after “I have it”, or a question for advice, does it come back?", "0 means never"),
        "extension": ("More time for a limit", ""),
    },
    Extension: {
        "allowed": ("A later date can be asked for", "With a reason, and only before the limit is due"),
        "pause": ("The time of a limit can be paused", "Its date then moves by as long as it stood still"),
        "by": ("Who may ask?", "Nobody chosen: whoever leads the stage, and managers"),
        "both_agencies": ("It counts only when the other side agrees", ""),
        "longest_days": ("How many days later at most?", "Also the longest pause"),
    },
    ImmediateRisk: {
        "may_enter_any_stage": ("It may start at, or go straight to, a later stage", ""),
        "stages": ("Only at which stages?", "Their numbers with commas between them; leave empty for any later stage"),
        "told": ("Who is told at once", ""),
        "text": ("What does your policy say about it?", ""),
    },
    FinalAuthority: {
        "kind": ("What is the last word worth?", ""),
        "role": ("Who gives it?", ""),
        "title": ("What is it called?", ""),
        "text": ("What does your policy say about it?", ""),
    },
    OnwardRoute: {
        "code": _CHOICE["code"],
        "body": ("Which body?", ""),
        "when": ("When does a matter go there?", ""),
        "by_role": ("Who takes it there?", ""),
        "always": ("Every matter goes there", ""),
        "if_not_accepted": ("A matter goes there when an agency does not accept the last word", ""),
        "told": ("Who at the partnership is told of it?", "The board manager is told anyway"),
        "takes": ("What was learned in a matter goes there without personal data", "Then the matter itself does not"),
        "read_by": ("Who reads the list of this body?", "Only where it takes learning or policy issues"),
        "answer_within_days": ("Within how many days does it set a meeting?", "Counted from the month’s end; 0 means no limit"),
        "agencies_may_be_named": ("Agencies may be named there", "Never one with fewer than five matters"),
    },
    BoardFormField: {
        "code": _CHOICE["code"],
        "label": ("Question", ""),
        "prefill": ("Filled in from the record", "For example person.name or dispute.summary; empty when it is typed in"),
        "required": ("It must be answered", ""),
        "long": ("The answer may be long", ""),
    },
    Closure: {
        "written_confirmation_by_each": ("Each agency confirms in writing", ""),
        "outstanding_issues_need_owner_and_date": ("What stays open needs an owner and a date", ""),
        "reopen_within_days": ("Days after closing in which it can be taken up again", "0 means never"),
        "debrief": ("What does your policy say about a debrief?", ""),
        "learning_required": ("Each agency says what was learned before it confirms the end", "Or that there is nothing new"),
    },
}
_QUESTIONS = _OF_THE_REST | STAGE_QUESTIONS
ENTRIES = {
    "stages": "Stage", "limits": "Limit", "duties": "Duty", "notices": "Notice", "roles": "Role", "subjects": "Subject",
    "grounds": "Ground", "categories": "Category", "out_of_scope": "Question", "onward_routes": "Route",
    "tracks": "Track", "board_form": "Question of the referral form",
    "triggers": "Trigger", "advice_from": "Adviser", "referred_by": "Role",
}  # fmt: skip


def question(model: type[Data], setting: str) -> Question:
    """The question and the line of help for one setting."""
    return _QUESTIONS.get(model, {}).get(setting) or (setting.replace("_", " ").capitalize(), "")


def has_question(model: type[Data], setting: str) -> bool:
    """Whether somebody put this setting into words."""
    return setting in _QUESTIONS.get(model, {})


def entry_called(setting: str) -> str:
    """What one entry of a list is called."""
    return ENTRIES.get(setting) or "Entry"


_SETTING = re.compile(r"'([a-z_]+): ([a-z_]+)'")


def in_form_words(message: str) -> str:
    """What is to be corrected, without the spelling of the file: 'gate: none' becomes the question and its answer."""
    return _SETTING.sub(_asked, message).replace("write ", "choose ") if _SETTING.search(message) else message


def _asked(found: re.Match[str]) -> str:
    name, value = found.groups()
    label = next((settings[name][0] for settings in _QUESTIONS.values() if name in settings), name)
    yes_or_no = {"true": "yes", "false": "no"}
    kinds = (kind for kind, words in OPTIONS.items() if value in words and name in _USED_FOR.get(kind, ()))
    words = yes_or_no.get(value) or option(next(kinds, None), value)
    return f"“{label.rstrip('?')}: {words}”"


_USED_FOR: dict[type[StrEnum], tuple[str, ...]] = {
    Side: ("by", "owner"), Of: ("of",), Gate: ("gate",), LeadMode: ("mode",), Anchor: ("anchor",), OnMissed: ("on_missed",),
}  # fmt: skip
