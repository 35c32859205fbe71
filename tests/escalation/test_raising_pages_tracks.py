"""Raising where the protocol has several tracks: the track first; a theme asks for no person, no danger and no safety."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Person
from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.models import Dispute
from escalation.protocol_files import load, loads
from tests.escalation.raising_pages import SAFE, WORRY, address, begin, text_of
from tests.escalation.test_protocol_tracks import FILE, ONE_STAGE
from tests.factories import Cast, cast, make_partnership
from tests.worlds import shared

pytestmark = pytest.mark.django_db

SEEN = "Discharge letters reach the council after the weekend."
THEME = {"theme": "Weekend discharges"}
LEADS_TO = {"worry": "Care starts two days late.", "proposed_resolution": "A shared inbox."}


@shared
def people(now: datetime) -> Cast:
    """The cast of a partnership with three tracks."""
    made = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=made.partnership, document=load(FILE), by=None, now=now)
    return made


def of_theme(people: Cast) -> dict[str, dict[str, Any]]:
    return {
        "track": {"track": "system"},
        "theme": THEME,
        "decision": {"decision_disputed": SEEN, "responding": [people.health.agency.pk]},
        "worry": LEADS_TO,
        "recipient": {},
    }


def send(client: Client, people: Cast, pages: dict[str, dict[str, Any]]) -> Dispute:
    draft = begin(client, people.council.practitioner)
    here = address(draft, "track")
    for step, data in pages.items():
        assert here == address(draft, step), f"expected {step}, came to {here}"
        assert client.get(here).status_code == 200
        response = client.post(here, data)
        assert response.status_code == 302, text_of(response)
        here = response["Location"]
    assert here == address(draft, "check")
    assert client.post(here)["Location"] == address(draft, "done")
    draft.refresh_from_db()
    assert draft.became is not None
    return draft.became


def test_a_theme_is_raised_without_a_person(client: Client, people: Cast) -> None:
    dispute = send(client, people, of_theme(people))
    assert (dispute.track, dispute.case.theme, dispute.title) == ("system", "Weekend discharges", "Weekend discharges")
    assert (Person.objects.count(), dispute.safety_confirmations.count()) == (0, 0)
    page = text_of(client.get(f"/disputes/{dispute.reference}/"))
    assert "It names no person." in page
    assert "How agencies work together" in page
    for word in ("Is the person safe", "What the person wants", "Capacity for this decision", "The person<"):
        assert word not in page
    cases = text_of(client.get("/cases/"))
    assert "Theme: Weekend discharges" in cases
    case = text_of(client.get(f"/cases/{dispute.case.reference}/"))
    assert "It names no person" in case
    assert client.get(f"/cases/{dispute.case.reference}/person/").status_code == 404
    for verb in ("safety/confirm/", "voice/record/", "plan/open/"):
        assert client.get(f"/disputes/{dispute.reference}/{verb}").status_code in (403, 404), verb


def test_the_pages_of_a_theme_warn_and_refuse(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    page = text_of(client.get(address(draft, "track")))
    assert page.count("govuk-radios__hint") == 3
    assert "call 999" in page
    client.post(address(draft, "track"), {"track": "system"})
    page = text_of(client.get(address(draft, "decision")))
    assert "Write no name, no date of birth" in page
    assert "When were you told?" not in page
    assert "More about what you see (optional)" in page
    assert "{{" not in page
    answer = client.post(address(draft, "theme"), {"theme": "Mrs A, NHS 943 476 5919"})
    assert "This looks like an NHS or CHI number" in text_of(answer)
    answer = client.post(
        address(draft, "decision"), {"decision_disputed": "She, born 3 June 1941", "responding": [people.health.agency.pk]}
    )
    assert "This looks like a date of birth" in text_of(answer)
    assert "What does the person want" not in text_of(client.get(address(draft, "worry")))


def test_pages_of_another_track_lead_back_to_the_first(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    for step in ("danger", "person", "safety", "scope", "emergency", "check", "decision"):
        assert client.get(address(draft, step))["Location"].startswith(address(draft, "track")), step
    client.post(address(draft, "track"), {"track": "system"})
    for step in ("danger", "person", "safety", "scope", "emergency"):
        assert client.get(address(draft, step))["Location"] == address(draft, "track"), step
    assert client.post(address(draft, "track"), {"track": "elderly"}).status_code == 200


def test_a_child_goes_by_its_own_track(client: Client, people: Cast) -> None:
    decision = {"decision_disputed": "No visit before Monday.", "responding": [people.health.agency.pk]}
    dispute = send(client, people, {
        "track": {"track": "children"}, "danger": {"danger": "no"}, "person": {"name": "Mina Holt"}, "decision": decision,
        "worry": WORRY, "safety": SAFE, "recipient": {},
    })  # fmt: skip
    assert (dispute.track, dispute.rules_now.label) == ("children", "Step 1")
    assert dispute.safety_confirmations.count() == 1


def test_a_draft_goes_on_where_it_was_left(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    for step, data in list(of_theme(people).items())[:3]:
        client.post(address(draft, step), data)
    assert f'href="{address(draft, "decision")}"' in text_of(client.get("/disputes/raise/"))


def test_changing_the_track_asks_what_is_missing(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    pages = of_theme(people)
    for step, data in pages.items():
        client.post(address(draft, step), data)
    answer = client.post(address(draft, "track") + "?change=1", {"track": "adults"})
    assert answer["Location"] == address(draft, "check")
    assert client.get(answer["Location"])["Location"].startswith(address(draft, "danger"))


def test_a_second_one_about_the_same_theme(client: Client, people: Cast) -> None:
    first = send(client, people, of_theme(people))
    pages = of_theme(people) | {"theme": {"who": first.case.reference}}
    assert send(client, people, pages).case == first.case
    page = text_of(client.get(address(begin(client, people.council.practitioner), "track")))
    assert "What do you want to raise?" in page


def test_a_protocol_that_is_thematic_as_a_whole_begins_with_the_theme(client: Client, now: datetime) -> None:
    text = ONE_STAGE.replace("populations:", "about: theme\npopulations:").replace("name: Harbour", "name: Themes Harbour")
    lines = [line for line in text.splitlines() if "safety_confirmed" not in line and "outcomes_reconfirmed" not in line]
    people = cast(make_partnership("harbour", reference_prefix="HAR", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=people.partnership, document=loads("\n".join(lines)), by=None, now=now)
    draft = begin(client, people.council.practitioner)
    start = text_of(client.get("/disputes/raise/"))
    assert "without anybody’s name" in start
    assert client.get(address(draft, "theme")).status_code == 200
    pages = {step: data for step, data in of_theme(people).items() if step not in ("track", "theme")}
    assert client.post(address(draft, "theme"), THEME)["Location"] == address(draft, "decision")
    for step, data in pages.items():
        client.post(address(draft, step), data)
    assert client.post(address(draft, "check"))["Location"] == address(draft, "done")
    assert Dispute.objects.get().rules.is_thematic
