"""Further bodies (F22): which of them hear of a recommendation, and what else is taken to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cases.errors import Refused
from decisions.actions import afterwards
from decisions.models import OnwardItem
from escalation.models import Dispute, Notification
from tests.factories import Cast
from tests.factories_decisions import confirm_all, with_last_word
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_the_main_board_hears_of_every_recommendation(people: Cast, dispute: Dispute, now: datetime) -> None:
    with_last_word(dispute, now=now)
    item = OnwardItem.objects.get()
    assert (item.code, item.result_at) == ("main_board", None)
    assert Notification.objects.filter(recipient=people.board_manager, text__contains="main board").exists()
    with pytest.raises(Refused, match="day of the body's meeting"):
        afterwards.record_onward_result(item=item, meeting_on=None, result="x", by=people.board_manager, now=now)
    with pytest.raises(Refused, match="only after the meeting"):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="x", by=people.board_manager, now=now)
    with pytest.raises(Refused):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 4, 2), result="x", by=people.stranger, now=now)
    afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="", by=people.board_manager, now=now)
    later = now + timedelta(days=30)
    afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="Noted.", by=people.chair, now=later)
    with pytest.raises(Refused, match="recorded already"):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="x", by=people.chair, now=later)


def test_the_officer_may_take_it_on_also_after_the_end(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = confirm_all(with_last_word(make_dispute(people, now=now), now=now), now=now)
    officer = people.chief_social_work_officer
    for code, reason, by in (("moon", "x", officer), ("apc", " ", officer), ("apc", "x", people.council.senior_manager)):
        with pytest.raises(Refused):
            afterwards.add_onward_item(dispute=dispute, code=code, reason=reason, by=by, now=now)
    afterwards.add_onward_item(dispute=dispute, code="apc", reason="It may happen again.", by=officer, now=now)
    with pytest.raises(Refused, match="on this body's list already"):
        afterwards.add_onward_item(dispute=dispute, code="apc", reason="x", by=officer, now=now)
