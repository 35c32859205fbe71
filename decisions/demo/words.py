"""Words that any disagreement uses: how people were in touch, notices of intention, feedback, persons and streets."""

from __future__ import annotations

from datetime import date
from typing import Any

MODES = ("phone", "face_to_face", "video", "phone", "email")
ATTEMPTS = (
    "No answer; left a message with my direct number.",
    "Told that they are on a visit until three. Asked to be rung back.",
    "The line rang out twice. Sent an e-mail asking for ten minutes today.",
)
SECOND_TALKS = (
    "We went through the evidence together. They see the risk, but not that it is theirs to act on.",
    "A calm talk. They will put their reasons in writing; no change yet.",
    "They offered a meeting next week. I said that it could not wait that long.",
)
MEETINGS = (
    "All agencies present. Agreed on the facts; not agreed on who acts first. Minutes sent the same day.",
    "Each agency set out its view. An interim plan was agreed, the decision itself was not.",
)
ADVICE = (
    "Advised to put the risk and the date in one sentence and to ask for a decision by tomorrow.",
    "Advised that the threshold is met in her view, and to name the policy.",
)
OUTSIDE: dict[str, Any] = {
    "organisation": "Larchmount House care home", "name": "Philippa Thorncastle", "email": "philippa@larchmount.demo.example",
    "purpose": "To find out what was known when the decision was made.",
    "questions": (
        "What did you see in the week before, and who wrote it down?",
        "Whom did you tell, when, and what were you answered?",
    ),
    "shared": "Two agencies do not agree about what should happen next for somebody whom you have looked after. You know who it"
    " is from our telephone call on Monday.",
}  # fmt: skip
EXHAUSTED = (
    "Two calls, one visit and a written exchange. Neither side can go further at this level.",
    "We have spoken three times and met once. What is missing is authority and not goodwill.",
)
INTENTIONS = (
    "I want to tell you before I do it: I am taking this further today, because we do not agree and the risk has not changed.",
    "Thank you for the talk. As we do not agree, I intend to escalate it now. Nothing in this is about you.",
)
FEEDBACK = (
    "I have spoken to my opposite number. They keep to their decision, so it goes further today. You did right to raise it.",
    "What was done so far: one meeting, one interim plan. It does not settle it; I will tell you again when I know more.",
)
NOTHING_DONE = "Nothing has been done since Tuesday: the meeting was put off because of illness. I have asked for a new date."
PLANS = ("Somebody sees the person every day and rings both teams if anything changes.",)
UNCLEAR = "The guidance does not say who answers for a night on which two services each think that the other one pays."
LEARNED = ("Whoever answers for nights is named in the plan from the first day; nobody had to ask then.",)
DEBRIEFS = ("Half an hour on Thursday at four, in person or by phone. Come if it helps.",)
SAFE = (
    "Seen this morning; settled, and somebody is with them until the evening.",
    "Spoke to the person and to a relative who is staying. Both know whom to ring.",
    "Checked by phone at nine with the worker on site.",
)
NOT_SAFE = "The relative who was staying has had to leave. Nobody can be there tonight yet."
REASONS_UP = (
    "We agree on the facts and not on the risk. It needs somebody with the authority to change the decision.",
    "The reply does not answer the evidence, and the date comes nearer.",
)
NO_REPLY = "No reply within the time, and two messages unanswered. The risk is as it was."
IMMEDIATE = "There is an immediate risk tonight; the earlier stages cannot decide this in time."
WITHDRAWN = "New information: a relative has moved in and the plan is now safe. We told the person and the other agency."
ACCEPTS = (
    "We accept this and have told the team. The lead named in it has the actions.",
    "Accepted. It is in our case record and in the care plan from today.",
)
REFUSES = "We do not recognise this as what was agreed: the date was conditional on the assessment. Please look at it again."
RETURNED = "Please add what the person wants, and how the options were weighed. The rest is clear."
SIGNED = "I have read the evidence myself and would have decided the same. The reasons meet the strongest argument against it."
CORRECTED = "Corrected: the assessment was on Tuesday and not on Monday. Nothing else changes."
RETURN_REFERRAL = "Please say what the person wants now, and send the positions of both agencies with it."
SEE_RECORD = "Nobody beyond those named in the record of the stages."
ISSUE = "Review whether the arrangement holds, with the person, and tell everybody who was involved."

PERSONS = (
    "Margaret Holt", "Leonard Askew", "Zainab Farooqi", "Thomas Brearley", "Irene Macrae", "Wojciech Zielinski",
    "Doris Ainscough", "Kenneth Mulholland", "Patience Adeyemi", "Norman Rigby", "Shirley Capstick", "Alan Duthie",
    "Jean Petrie", "Reginald Thorne", "Sunita Rao", "Edith Lomax", "Peter Gormley", "Agnes Balfour", "Colin Whitlam",
    "Maria Ferreira", "George Tennant", "Rose Hallam", "Ivan Petrov", "Nora Cassidy", "Walter Stubbs", "Fatima Noor",
    "Dennis Orme", "Isobel Geddes", "Stanley Peake", "Lily Cheung", "Mabel Straker", "Roy Entwistle",
)
CHILDREN = ("Kai Merton", "Abbie Laird", "Jamie Strang", "Skye Pollock", "Rory Hendry", "Mia Baird")
STREETS = ("Quarry Row", "Chapel Lane", "Weir Street", "Orchard Close", "Tannery Yard", "Mill Brow", "Kiln Terrace")


def person_of(number: int, *, is_child: bool) -> tuple[str, date, str]:
    """An invented person at risk: name, date of birth, address."""
    names = CHILDREN if is_child else PERSONS
    born = date(2011 + number % 6, 1 + number % 12, 1 + number % 27) if is_child else date(
        1932 + (number * 7) % 60, 1 + number % 12, 1 + (number * 5) % 28
    )
    return names[number % len(names)], born, f"{3 + number % 60} {STREETS[number % len(STREETS)]}"
