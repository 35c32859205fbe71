"""Every address of the product, and what it answers to whom; a new address gets a row here.

``Row.url`` may name what the world holds, for example ``/cases/{case}/``. ``insider`` is somebody of the cast who may use
the address, as a dotted name. A stranger works for an agency of the same partnership that has nothing to do with the
case; an outsider holds the insider's role in another partnership. Both get 404 unless the row says otherwise, and a row
with ``hides`` promises that its page shows the named thing to the insider and to neither of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from cases.models import Appointment
from tests import factories
from tests.factories import Cast

# URL modules of which every named address must have a row (or be open to everybody).
COVERED = ("cases.urls", "cases.api.urls")
PUBLIC = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "account_reset_password", "account_reset_password_done",
        "account_suspended", "mfa_authenticate", "organisations", "sign_in_elsewhere", "elsewhere_return", "elsewhere_refused",
        "first_time", "first_time_sent", "first_link", "first_elsewhere",
        "account_reset_password_from_key", "account_reset_password_from_key_done", "signed_out", "privacy", "accessibility",
        "outside_answer", "outside_closed", "outside_code", "outside_file", "outside_leave", "outside_link",
        "recording", "help", "audit_key", "calendar_feed_file", "demo_people", "demo_mail",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One address and one method."""

    name: str
    url: str
    method: str = "get"
    data: Mapping[str, Any] = field(default_factory=dict)
    insider: str = "council.practitioner"
    answer: int = 200
    stranger: int = 404
    outsider: int = 404
    anonymous: int = 302
    hides: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True)
class World:
    """What the rows speak of."""

    people: Cast
    elsewhere: Cast
    names: dict[str, str]

    def insider(self, row: Row) -> Appointment:
        """Who may use this address."""
        return _member(self.people, row.insider)

    def outsider(self, row: Row) -> Appointment:
        """The same role in another partnership."""
        return _member(self.elsewhere, row.insider)


def _member(people: Cast, dotted: str) -> Appointment:
    found: Appointment = reduce(getattr, dotted.split("."), people)  # type: ignore[assignment]
    return found


def make_world(now: datetime) -> World:
    """Two partnerships; in the first a case between council and health."""
    people, elsewhere = factories.cast(), factories.cast(factories.make_partnership("luton"))
    case = factories.make_case(people, now=now)
    names = {
        "case": case.reference,
        "colleague": str(people.council.practitioner.pk),
        "place": str(factories.make_place(people.council.line_manager, people.council.lead).pk),
        "agency": str(people.council.agency.pk),
        "health_agency": people.health.agency.key,
        "recovery": str(factories.make_recovery(people, now).pk),
    }
    return World(people, elsewhere, names)


PERSON = {"name": "Margaret Elsworth", "capacity": "has"}
OPEN: dict[str, Any] = {"stranger": 200, "outsider": 200}
LEAD: dict[str, Any] = {"insider": "council.lead"}
API: dict[str, Any] = {"anonymous": 401}

ROWS: list[Row] = [
    Row("account", "/account/", **OPEN),
    Row("session_time", "/account/time/", **OPEN),
    Row("session_time", "/account/time/", "post", **OPEN),
    Row("end_session", "/account/sessions/999999/end/", "post", answer=404),
    Row("sign_out_everywhere", "/account/sign-out-everywhere/", "post", answer=302, stranger=302, outsider=302),
    Row("second_factor", "/account/second-factor/", **OPEN),
    Row("add_app", "/account/second-factor/app/", **OPEN),
    Row("add_app", "/account/second-factor/app/", "post", **OPEN),
    Row("add_key", "/account/second-factor/key/", **OPEN),
    Row("add_key", "/account/second-factor/key/", "post", **OPEN),
    Row("remove_second_factor", "/account/second-factor/999999/remove/", answer=404),
    Row("recovery_codes", "/account/second-factor/codes/", **OPEN),
    Row("new_recovery_codes", "/account/second-factor/codes/new/", "post", answer=302, stranger=302, outsider=302),
    Row("prove_again", "/account/prove/", **OPEN),
    Row("prove_again", "/account/prove/", "post", **OPEN),
    Row("link_elsewhere", "/account/organisation/999999/link/", answer=404),
    Row("prove_elsewhere", "/account/organisation/999999/prove/", answer=404),
    Row("unlink_elsewhere", "/account/organisation/links/999999/remove/", "post", answer=302, stranger=302, outsider=302),
    Row("roles", "/account/roles/", **OPEN),
    Row("take_place", "/account/standing-in/{place}/", insider="council.lead"),
    Row("take_place", "/account/standing-in/{place}/", "post", answer=302, insider="council.lead"),
    Row("take_place_in", "/account/standing-in/{place}/HAL-2026-0001/", insider="council.lead"),
    Row("act_as", "/account/act-as/", "post", {"role": "{colleague}"}, answer=302),
    Row("my_reading", "/account/reading/", **OPEN),
    Row("directory", "/directory/", **OPEN),
    Row("appoint", "/directory/appoint/", **LEAD, outsider=200),
    Row("appoint", "/directory/appoint/", "post", **LEAD, outsider=200),
    Row("change_appointment", "/directory/{colleague}/", **LEAD),
    Row("change_appointment", "/directory/{colleague}/", "post", {"job_title": "duty worker"}, **LEAD, answer=302),
    Row("end_appointment", "/directory/{colleague}/end/", **LEAD),
    Row("end_appointment", "/directory/{colleague}/end/", "post", **LEAD),
    Row("set_contact", "/directory/{colleague}/contact/", "post", {"is_contact": "yes"}, **LEAD, answer=302),
    Row("people_import", "/directory/import/", **LEAD, outsider=200),
    Row("people_import", "/directory/import/", "post", **LEAD, outsider=200),
    Row("people_import_record", "/directory/import/record/", "post", **LEAD, outsider=200),
    Row("people_export", "/directory/export/", **LEAD, outsider=200),
    Row("attestation_lists", "/directory/lists/", **LEAD, outsider=200),
    Row("attestation_list", "/directory/lists/{agency}/", **LEAD),
    Row("attestation_list", "/directory/lists/{agency}/", "post", {"held": "{colleague}"}, **LEAD, answer=302),
    Row("attestation_of_board", "/directory/lists/board/", insider="board_manager", outsider=200),
    Row("attestation_of_board", "/directory/lists/board/", "post", insider="board_manager", outsider=200),  # with nobody chosen
    Row("readers", "/directory/readers/", **LEAD, outsider=200),
    Row("readers", "/directory/readers/?week=2026-03-30", insider="board_manager", outsider=200),
    Row("readers_file", "/directory/readers/file/?week=2026-03-30", **LEAD, outsider=200),
    Row("look_into", "/directory/readers/2026-03-30/{colleague}/{case}/", **LEAD, answer=404),
    Row("look_into", "/directory/readers/2026-03-30/{colleague}/{case}/", "post", {"words": "Asked."}, **LEAD, answer=404),
    Row("let_back", "/directory/{colleague}/let-back/", "post", **LEAD, answer=302),
    Row("ask_recovery", "/directory/{colleague}/lost-device/", **LEAD),
    Row("ask_recovery", "/directory/{colleague}/lost-device/", "post", {"checked_how": "I rang."}, **LEAD, answer=409),
    Row("answer_recovery", "/directory/lost-devices/{recovery}/", insider="board_manager"),
    Row("answer_recovery", "/directory/lost-devices/{recovery}/", "post", insider="board_manager"),
    Row("records_address", "/directory/agencies/{agency}/", **LEAD),
    Row("records_address", "/directory/agencies/{agency}/", "post", {"records_email": "r@example.org"}, **LEAD, answer=302),
    Row("cases", "/cases/", hides="{case}", **OPEN),
    Row("cases", "/cases/?reference={case}", hides="/cases/{case}/", **OPEN),
    Row("case", "/cases/{case}/"),
    Row("person", "/cases/{case}/person/"),
    Row("person", "/cases/{case}/person/", "post", PERSON, answer=409),
    Row("safe_address", "/cases/{case}/safe-address/"),
    Row("safe_address", "/cases/{case}/safe-address/", "post", {"reason": "To visit her today."}, answer=409),
    Row("safe_address_write", "/cases/{case}/safe-address/write/"),
    Row("safe_address_write", "/cases/{case}/safe-address/write/", "post", {"safe_contact": "Her sister."}, answer=302),
    Row("api_docs", "/api/docs/", **OPEN),
    Row("api_token", "/api/token/", "delete", answer=204, stranger=204, outsider=204, **API),
    Row("api_token", "/api/token/", "post", answer=400, stranger=400, outsider=400, anonymous=400),
    Row("api_roles", "/api/roles/", **OPEN, **API),
    Row("api_schema", "/api/schema/", **OPEN, **API),
    Row("api_cases", "/api/cases/", hides="{case}", **OPEN, **API),
    Row("api_cases", "/api/cases/?reference={case}&agency={health_agency}", hides='"{case}"', **OPEN, **API),
    Row("api_cases", "/api/cases/", "post", answer=400, stranger=400, outsider=400, **API),
    Row("api_case", "/api/cases/{case}/", **API),
    Row("api_safe_address", "/api/cases/{case}/safe-address/", "put", answer=400, stranger=404, **API),
    Row("api_show_safe_address", "/api/cases/{case}/safe-address/show/", "post", answer=400, **API),
    Row("api_readers", "/api/directory/readers/?week=2026-03-30", **LEAD, outsider=200, **API),
    Row("api_look_into", "/api/directory/readers/2026-03-30/{colleague}/{case}/", "post", **LEAD, answer=404, **API),
]
