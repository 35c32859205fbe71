"""The forty disagreements of the demonstration: which theme, where, how long ago, and what happened since."""

from __future__ import annotations

from dataclasses import dataclass

from cases.roles import Role
from decisions.demo import themes_between, themes_health, themes_home

THEMES = {theme.key: theme for theme in (*themes_health.THEMES, *themes_home.THEMES, *themes_between.THEMES)}

# Days since it was raised, then the act. What lies in the future is not done.
WALKS: dict[str, str] = {
    "raised": "0 raise",
    "talked": "0 raise, .1 attempt, .3 talk, 1 reply_later, 1.2 to_do",
    "asked_outside": "0 raise, .1 attempt, .3 talk, .9 ask_outside, 1 reply_later, 1.2 to_do",
    "replied": "0 raise, .2 talk, .4 own_record, 1 reply, 1.2 their_record, 1.5 draft",
    "stage2": "0 raise, .2 attempt, .4 talk, .8 reply, 1.5 climb, 2.2 talk, 2.4 voice",
    "stage2_replied": "0 raise, .3 talk, 1 reply, 1.6 climb, 2.5 meeting, 4 reply, 4.1 review_other, 4.5 record",
    "stage3": "0 raise, .3 talk, 1 reply, 2 climb, 3 talk, 4 reply, 5 record, 6 returned, 7 climb, 8.3 to_do, 9 done",
    "stage3_meeting": "0 raise, .3 talk, 1 reply, 2 climb, 3 reply, 6.5 climb, 7.4 is_safe, 8.2 meeting, 8.5 nothing_done",
    "signed": "0 raise, .3 talk, 1.2 reply, 2 climb, 3 talk, 3.5 record, 4.5 returned, 5 submit_again, 5.5 sign",
    "corrected": "0 raise, .3 talk, 1.2 reply, 2 climb, 3 record, 4 sign, 5 correct, 5.4 tell_back, 6 reply",
    "settled": "0 raise, .2 talk, .5 own_record, 1 reply_change, 1.5 duties, 1.8 settle, 3 confirm_one",
    "agreed": "0 raise, .2 talk, 1 reply_change, 1.5 duties, 1.6 agree, 2.2 confirm_one",
    "agreed_closed": "0 raise, .1 talk, .8 reply_change, 1.2 duties, 1.3 agree, 1.5 tell_back, 1.7 confirm, 4 debrief",
    "agreed_later": "0 raise, .3 talk, 1 reply, 2 climb, 3 meeting, 4 reply_change, 5 duties, 5.2 agree, 6 confirm, "
    "20 issue_done",
    "contested": "0 raise, .3 talk, 1 reply, 1.8 climb, 3 meeting, 3.5 reply, 4 duties, 4.2 agree, 5 contest",
    "unsafe": "0 raise, .2 talk, .5 reply, 1 not_safe, 1.1 to_do",
    "silent": "0 raise, .2 attempt, .4 talk, 1 reply, 1.5 climb, 7 silence, 7.5 talk",
    "nobody": "0 raise",
    "withdrawn": "0 raise, .2 talk, 1 reply, 2 withdraw",
    "immediate": "0 raise, .3 talk, .6 jump, .8 meeting, 1.5 reply, 2 to_do",
    "entered_late": "0 raise, .3 meeting, 1 reply, 2 to_do",
    "packed": "0 raise, .3 talk, 1 reply, +1 up, .4 pack",
    "referred": "0 raise, .3 talk, 1 reply, 1.2 voice, +1.5 up, 1 refer",
    "handed_back": "0 raise, .3 talk, 1 reply, 1.2 voice, +1.5 up, .6 refer, 1 hand_back",
    "proposed": "0 raise, .3 talk, 1 reply, +1.5 up, .6 refer, 1.5 propose",
    "last_word": "0 raise, .3 talk, 1 reply, 1.3 to_do, +2 up, .8 refer, 2 last_word, 1 confirm_one",
    "full": "0 raise, .3 talk, 1 reply, 1.4 record, 1.8 sign, +2 up, .8 refer, 3 last_word, 1 tell_back, 1 confirm, .2 debrief, "
    ".5 onward, 1 unclear, 2 feedback_read",
    "between": "0 raise, 1 talk, 3 ours, 6 reply, 8 to_do",
}
OF_THEMES = ("between",)


@dataclass(frozen=True)
class Story:
    """One disagreement: its theme, its partnership, when it was raised and how it went; ``hour`` is in London."""

    partnership: str
    theme: str
    ago: float
    walk: str
    entry_stage: int = 1


def _stories(partnership: str, text: str) -> tuple[Story, ...]:
    lines = [line.split() for line in text.strip().splitlines()]
    return tuple(Story(partnership, theme, float(ago), walk) for theme, ago, walk in lines)


STORIES = (
    *_stories("halton", """
        discharge 0.2 raised
        medication 2 asked_outside
        hoarding 8 stage2_replied
        bruising 15 stage3
        self_neglect 4 stage2
        crisis 20 referred
        domestic_abuse 44 full
        exploitation 31 nobody
        money 50 agreed_closed
        custody 3 agreed
        capacity 26 last_word
        domestic_abuse 5 immediate
    """),
    Story("halton", "exploitation", 6, "entered_late", entry_stage=3),
    *_stories("luton", """
        domestic_abuse 1 talked
        bruising 9 stage3_meeting
        discharge 12 packed
        money 22 proposed
        self_neglect 5 replied
        medication 35 agreed_later
        hoarding 6 withdrawn
        exploitation 52 full
        capacity 3 settled
    """),
    *_stories("dundee", """
        school 2 raised
        crisis 8 silent
        custody 10 signed
        hoarding 18 handed_back
        discharge 28 last_word
        self_neglect 7 contested
        medication 54 full
        young_carer 4 settled
        bruising 13 stage3
    """),
    *_stories("south_lanarkshire", """
        service_gap 1 raised
        school 5 unsafe
        money 11 corrected
        discharge 16 proposed
        domestic_abuse 40 full
        capacity 6 agreed
        medication 3 replied
        young_carer 9 stage3
        exploitation 33 agreed_closed
        hoarding 14 referred
        turning_eighteen 12 between
    """),
)


@dataclass(frozen=True)
class TimeAway:
    """Somebody at one kind of agency who is away since yesterday, and the colleague who stands in."""

    partnership: str
    agency: str
    person: Role
    stand_in: Role
    days_ahead: int


AWAY = (TimeAway("halton", "housing", Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, 5),)
