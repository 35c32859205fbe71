"""The steps of a journey in words: what people do about a dispute, each through the page that is there for it."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pypdf import PdfReader

from cases.models import Appointment
from escalation.celery import app
from escalation.deadlines import LONDON
from tests.clock import Clock
from tests.factories import Cast
from tests.journeys.visiting import Page, Visitor, words
from tests.processes import MailServer, Worker

NAME, STREET = "Zephyrine Quillfeather", "77 Canary Wynd, Widnes"
WORRY = "She cannot get out of bed alone and lives by herself."
RESOLUTION = "Delay the discharge until the night sitter can start."
DISPUTED = "Discharge home on Friday without a care package."
# What a shut page asks for, in its own words.
ATTEMPT = "Record at least one attempt or discussion"
SAFETY = "Confirm whether the person is safe"
POSITION = "State the agency's position in writing"
OWN_RECORD = "Record it in the agency's own system and give the reference"
EXHAUSTED = "State that everything possible at this level has been tried"
REVIEWED = "A manager reviews it: agrees or disagrees, with reasons"
AGREES = "A manager or safeguarding lead of the raising agency agrees that it goes further"
OUTCOMES = "Ask again what the person wants"


@dataclass
class Story:
    """One dispute and everybody about it, each at a browser of their own."""

    people: Cast
    clock: Clock
    worker: Worker
    mails: MailServer
    reference: str = ""
    visitors: dict[int, Visitor] = field(default_factory=dict)
    news: int = 0

    @property
    def council(self) -> Any:
        """The agency that raises it."""
        return self.people.council

    @property
    def health(self) -> Any:
        """The agency that decided."""
        return self.people.health

    def as_(self, who: Appointment) -> Visitor:
        """This person, signed in."""
        if who.pk not in self.visitors:
            self.visitors[who.pk] = Visitor(who)
        return self.visitors[who.pk]

    def at(self, path: str = "") -> str:
        """An address of the dispute."""
        return f"/disputes/{self.reference}/{path}"

    def page(self, who: Appointment, path: str = "") -> Page:
        """A page of the dispute as somebody sees it."""
        return self.as_(who).opens(self.at(path))

    # --- raising -------------------------------------------------------------------------------------------------

    def raises(self, who: Appointment, *, danger: str = "no") -> Page:
        """The whole way of raising, page by page, to the confirmation."""
        visitor = self.as_(who)
        page = visitor.answers("/disputes/raise/", "Begin")
        page = visitor.sends(page, "Continue", danger=danger)
        page = visitor.sends(page, "No, none of these: continue")
        page = visitor.sends(page, "Continue", name=NAME, address=STREET, own_reference="LAS-55120")
        page = visitor.sends(page, "Continue", decision_disputed=DISPUTED, responding=[self.health.agency.pk])
        page = visitor.sends(page, "Continue", worry=WORRY, proposed_resolution=RESOLUTION)
        page = visitor.sends(page, "Continue", answer="safe", how="Seen on the ward at nine; the nurse agrees.")
        page = visitor.sends(page, "Continue", addressee=self.health.practitioner.pk)
        assert DISPUTED in page.text
        assert WORRY in page.text
        done = visitor.sends(page, "Send it")
        self.reference = next(
            link.split("/")[2] for link in done.links().values() if link.startswith("/disputes/") and "raise" not in link
        )
        return done

    # --- working a stage -----------------------------------------------------------------------------------------

    def _does(self, who: Appointment, path: str, button: str, **answers: Any) -> Page:
        return self.as_(who).answers(self.at(path), button, **answers)

    def talks(self, who: Appointment, *, kind: str = "talk", mode: str = "phone") -> Page:
        """Log an attempt, talk, meeting or advice that has just been; a quarter of an hour has gone by."""
        self.clock.advance(minutes=15)
        return self._does(
            who, "discussions/record/", "Save", kind=kind, mode=mode, with_whom="Jo Price, ward manager, the hospital",
            result="No agreement about the night yet.", **moment("happened_at", self.clock.now()),
        )  # fmt: skip

    def replies(self, who: Appointment, text: str = "The ward assessed her as able.", stance: str = "stands") -> Page:
        """The answer of the agency that is asked."""
        return self._does(who, "positions/state/", "Send the reply", stance=stance, text=text)

    def states_position(self, who: Appointment) -> Page:
        """The position of the agency that raised it."""
        return self._does(who, "positions/state/", "Save the position", text="We hold that it is not safe at night.")

    def reviews(self, who: Appointment, *, agrees: str = "yes") -> Page:
        """A manager's own view with reasons."""
        return self._does(
            who, "reviews/record/", "Record the review", agrees=agrees, rationale="Two falls at night in March."
        )

    def confirms_safety(self, who: Appointment) -> Page:
        """Whether the person is safe now."""
        return self._does(who, "safety/confirm/", "Save", answer="safe", how="Seen on the ward today.")

    def asks_again(self, who: Appointment) -> Page:
        """What the person wants."""
        return self._does(who, "voice/record/", "Save", desired_outcomes="To go home with a sitter.", told="yes")

    def attests_own_record(self, who: Appointment) -> Page:
        """It stands in the agency's own system."""
        return self._does(who, "own-record/attest/", "Save", own_reference="LAS-55120/7")

    def attests_exhaustion(self, who: Appointment) -> Page:
        """Everything at this level was tried."""
        return self._does(who, "exhaustion/attest/", "Save", statement="Two calls and one meeting.")

    # --- moving --------------------------------------------------------------------------------------------------

    def bars(self, who: Appointment) -> list[str]:
        """What the page of escalating says must be done first, in its own words."""
        page = self.page(who, "stage/escalate/")
        main = page.tree.get_element_by_id("main-content")
        return [words(found) for found in main.xpath(".//li/strong")]

    def escalates(self, who: Appointment, to: str, **answers: Any) -> Page:
        """Take it to the next stage, an hour later."""
        self.clock.advance(hours=1)
        return self._does(
            who, "stage/escalate/", f"Take it to {to}", reason="Nothing was agreed about the night.", **answers
        )

    def refers(self, who: Appointment) -> Page:
        """Write the referral from what is known, fill in what is not, check it and send it."""
        page = self.page(who, "referral/")
        form = page.form("Save and check before sending")
        boxes = form.xpath(".//textarea | .//input[@type='text' or not(@type)]")
        empty = [box.get("name") for box in boxes if not (box.value or "").strip()]
        answers = dict.fromkeys(empty, "Not known to us; asked for by phone.")
        check = self.as_(who).sends(page, "Save and check before sending", **answers)
        assert NAME in check.text
        return self.as_(who).sends(check, "Send the referral")

    def gives_last_word(self, who: Appointment, button: str) -> Page:
        """What the last stage ends with."""
        return self._does(
            who, "outcome/give/", button, text="The night sitter starts before the discharge.",
            reasons="The risk is at night, and both agencies see it.",
        )  # fmt: skip

    def concurs(self, who: Appointment) -> Page:
        """Agree to the words of another of those who speak together."""
        return self._does(who, "outcome/concur/", "Agree to these words")

    def confirms(self, who: Appointment) -> Page:
        """The written answer of an agency."""
        return self._does(
            who, "outcome/confirm/", "Send the answer", accepts="yes", text="We arrange the sitter from Monday."
        )

    # --- being told ----------------------------------------------------------------------------------------------

    def originator_is_told(self, *texts: str) -> None:
        """The originator's notices since the last look say these, each among others."""
        page = self.as_(self.council.practitioner).opens("/notices/")
        notices = [words(found) for found in page.tree.find_class("app-line__first")]
        fresh = notices[: len(notices) - self.news]
        self.news = len(notices)
        for text in texts:
            assert any(text in notice for notice in fresh), (text, fresh)
        assert all(self.reference in notice for notice in fresh)

    def mails_say_nothing_of_anybody(self) -> list[str]:
        """The worker has sent what was owed; no mail names a person or an agency, or says what it is about."""
        mails = self.delivers()
        parties = [self.council.agency, self.health.agency]
        names = [NAME, *NAME.split(), STREET, DISPUTED, WORRY, *(party.name for party in parties)]
        names += [visitor.who.user.name for visitor in self.visitors.values()]
        names += [party.short_name for party in parties]
        for mail in mails:
            assert self.reference in mail
            assert "/notices/" in mail
            assert not [name for name in names if name in mail], mail
        identities = [mail["Message-ID"] for mail in self.mails.messages]
        assert len(identities) == len(set(identities))
        return mails

    # --- workers and documents -----------------------------------------------------------------------------------

    def ticks(self, *names: str) -> None:
        """What the beat does: hand these jobs to the worker; returns when it has done them."""
        for name in names:
            before = self._accepted(name)
            app.send_task(name)
            end = time.monotonic() + 240
            while self._accepted(name) == before or self._is_at_work():
                assert time.monotonic() < end, f"The worker did not do {name}:\n{self.worker.log.read_text()[-3000:]}"
                time.sleep(0.05)
        assert "Traceback" not in (log := self.worker.log.read_text(errors="replace")), log[-5000:]

    def _accepted(self, name: str) -> int:
        return sum(worker["total"].get(name, 0) for worker in self._asked("stats").values())

    def _is_at_work(self) -> bool:
        return any(self._asked("active").values())

    def _asked(self, question: str) -> dict[str, Any]:
        """What the worker answers, be it as busy as it will; no answer at all says nothing about its work."""
        for _ in range(12):
            if answer := getattr(app.control.inspect(limit=1, timeout=10), question)():
                return dict(answer)
        raise AssertionError(f"The worker answers nobody:\n{self.worker.log.read_text()[-3000:]}")

    def delivers(self) -> list[str]:
        """The worker sends what is owed; every mail so far, as text."""
        self.ticks("escalation.tasks.deliver_notices")
        return [f"{mail['To']} {mail['Subject']} {mail.get_payload()}" for mail in self.mails.messages]

    def takes_out_case_history(self, who: Appointment) -> str:
        """Ask for the case history, have the worker make it, download it; its text."""
        visitor = self.as_(who)
        asked = visitor.answers(self.at("documents/"), "Make the document", kind="case_history", reason="For the file audit.")
        assert "Download the PDF" not in asked.text
        self.ticks("decisions.tasks.render_exports")
        ready = visitor.opens(asked.url)
        response: Any = visitor.client.get(ready.links()["Download the PDF"])
        assert response["Content-Type"] == "application/pdf"
        assert NAME.split()[0] not in response["Content-Disposition"]
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
        return " ".join(text.split())


def moment(name: str, at: datetime) -> dict[str, str]:
    """The boxes of a date and time."""
    there = at.astimezone(LONDON)
    return {
        f"{name}_day": str(there.day), f"{name}_month": str(there.month), f"{name}_year": str(there.year),
        f"{name}_time": f"{there:%H:%M}",
    }  # fmt: skip
