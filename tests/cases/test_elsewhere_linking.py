"""Whose account elsewhere is whose here: linked by the person alone, shown again when it counts, asked again, taken off."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from cases import account_mail
from cases.actions import own_sign_ins
from cases.models import AccountNotice, AgencySignIn, AuditEvent, SignIn, SignInLink
from tests.cases.elsewhere_steps import OWN, REFUSED, is_in, linked, set_up, there, there_and_back
from tests.cases.second_factor_steps import FACTORS, add_app, signed_in
from tests.cases.test_elsewhere import people, provider, server, why_not
from tests.cases.test_proving import ASKS, grow_old
from tests.clock import Clock
from tests.factories import PASSWORD, Cast
from tests.factories_disputes import make_dispute, people_under
from tests.oidc_provider import CLIENT, SECRET, Provider

__all__ = ["people", "provider", "server"]
pytestmark = pytest.mark.django_db
FIRST = f"{OWN}first/"


@pytest.fixture
def own(people: Cast, provider: Provider, now: datetime) -> AgencySignIn:
    return set_up(people.council.agency, provider, now=now)


def link_of(email: str, now: datetime) -> str:
    """Ask for the link of the first time, and read it in the mail."""
    mail.outbox.clear()
    assert Client().post(FIRST, {"email": email})["Location"] == f"{FIRST}sent/"
    account_mail.deliver_owed(now=now)
    found = re.search(r"https?://[^/]+(/account/organisation/first/\S+)", "".join(str(sent.body) for sent in mail.outbox))
    return found[1] if found else ""


def test_somebody_invited_links_and_comes_in_without_ever_having_a_password(
    people: Cast, own: AgencySignIn, provider: Provider, now: datetime
) -> None:
    user = people.council.practitioner.user
    user.set_unusable_password()
    user.save()
    address = link_of(user.email.upper(), now)
    client = Client()
    page = client.get(address).content.decode()
    assert own.agency.name in page
    assert user.email not in page
    assert there_and_back(client, f"{address}{own.pk}/")["Location"] == "/"
    assert is_in(client)
    assert "linked since" in client.get("/account/").content.decode()
    assert "None, or not used" in client.get("/account/").content.decode()
    assert SignInLink.objects.get(user=user).subject == provider.subject
    assert "sign_in_linked" in AuditEvent.objects.values_list("action", flat=True)
    assert AccountNotice.objects.filter(user=user, kind="linked").exists()
    again = Client()
    assert again.get(address).status_code == 403
    assert again.get(f"{address}{own.pk}/")["Location"] == address
    assert there_and_back(again, f"{OWN}{own.pk}/")["Location"] == "/"


def test_the_link_goes_to_nobody_else_and_all_are_told_the_same(people: Cast, own: AgencySignIn, now: datetime) -> None:
    has_factor, elsewhere = people.council.lead.user, people.health.practitioner.user
    add_app(signed_in(has_factor))
    gone = people.council.senior_manager.user
    gone.appointments.update(starts_on="2020-01-01", ends_on="2020-01-02")
    for email in (has_factor.email, elsewhere.email, gone.email, "nobody@example.org"):
        assert link_of(email, now) == ""
    assert "Enter an e-mail address in the correct form" in Client().post(FIRST, {"email": "x"}).content.decode()
    assert link_of(people.council.practitioner.user.email, now)
    assert link_of(people.council.practitioner.user.email, now) == ""  # not twice within five minutes


def test_a_link_dies_when_its_owner_signs_in_another_way(people: Cast, own: AgencySignIn, now: datetime) -> None:
    user = people.council.practitioner.user
    address, client = link_of(user.email, now), Client()
    back = there(client, f"{address}{own.pk}/")
    signed_in(user)
    assert client.get(back)["Location"] == REFUSED
    assert why_not() == "link_is_over"
    assert not SignInLink.objects.exists()
    for wrong in (f"{FIRST}1-abc-def/", f"{FIRST}zzzzzzzzzzzzz-abc-def/"):
        assert client.get(wrong).status_code == 403


def test_linked_while_signed_in_and_taken_off(people: Cast, own: AgencySignIn, provider: Provider) -> None:
    user, other = people.council.practitioner.user, people.council.lead.user
    client = signed_in(user)
    assert ASKS in grow_old(client).get(f"{OWN}{own.pk}/link/").content.decode()
    client = signed_in(user)
    page: Any = client.get(there(client, f"{OWN}{own.pk}/link/"), follow=True)
    assert "is linked" in page.content.decode()
    asked = provider.asked[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    thief = signed_in(other)
    assert there_and_back(thief, f"{OWN}{own.pk}/link/")["Location"] == REFUSED
    assert why_not() == "linked_otherwise"
    assert not SignInLink.objects.filter(user=other).exists()
    there_and_back(through := Client(), f"{OWN}{own.pk}/")
    assert is_in(through)
    pk = SignInLink.objects.get(user=user).pk
    assert thief.post(f"{OWN}links/{pk}/remove/").status_code == 302
    assert is_in(through)
    client.post(f"{OWN}links/{pk}/remove/")
    assert not is_in(through)
    assert is_in(client)
    assert there_and_back(Client(), f"{OWN}{own.pk}/")["Location"] == REFUSED
    assert {"linked", "unlinked"} <= set(AccountNotice.objects.filter(user=user).values_list("kind", flat=True))


def test_a_way_begun_in_one_session_ends_in_no_other(people: Cast, own: AgencySignIn) -> None:
    """Whoever is lured to the end of somebody else's way links nothing."""
    client = signed_in(people.council.practitioner.user)
    back = there(client, f"{OWN}{own.pk}/link/")
    assert signed_in(people.council.lead.user).get(back)["Location"] == REFUSED
    client.post("/account/logout/")
    assert client.get(back)["Location"] == REFUSED
    assert not SignInLink.objects.exists()


def test_what_weighs_is_shown_again_there_and_what_was_written_waits(
    provider: Provider, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    own = set_up(people.council.agency, provider, now=now)
    user = linked(people.council.practitioner.user, own, provider, now=now)
    dispute = make_dispute(people, now=now)
    client = Client()
    there_and_back(client, f"{OWN}{own.pk}/")
    form = f"/disputes/{dispute.reference}/documents/"
    sent = grow_old(client).post(f"{form}make/", {"reason": "For court."}, headers={"Referer": f"http://testserver{form}"})
    asked = sent.content.decode()
    way = f"{OWN}{own.pk}/prove/?next="
    assert ASKS in asked
    assert f"{way}{form}" in asked
    key = client.session.session_key

    for at, why in ((time.time() - 400, "old_auth_time"), ("soon", "no_auth_time"), (None, "")):
        provider.claims = {} if at is None else {"auth_time": at}
        answer = there_and_back(client, f"{way}{form}")
        assert answer["Location"] == (REFUSED if why else form)
        assert not why or why_not() == why
        assert (ASKS in client.get(f"{FACTORS}app/").content.decode()) is bool(why)
    assert client.session.session_key != key
    assert SignIn.objects.get(user=user, ended_at=None).session_key == client.session.session_key
    assert "For court." in client.get(form).content.decode()

    provider.subject = "subject-2"
    assert there_and_back(grow_old(client), f"{way}/")["Location"] == REFUSED
    assert why_not() == "somebody_else"
    assert ASKS in client.get(f"{FACTORS}app/").content.decode()


def test_a_session_that_was_open_there_proves_nothing_anew(
    people: Cast, own: AgencySignIn, provider: Provider, now: datetime
) -> None:
    linked(people.council.practitioner.user, own, provider, now=now)
    for at, asks in ((time.time() - 3600, True), (time.time() - 60, False)):
        provider.auth_time = int(at)
        there_and_back(client := Client(), f"{OWN}{own.pk}/")
        assert (ASKS in client.get(f"{FACTORS}app/").content.decode()) is asks


def test_where_it_is_the_only_way_a_password_opens_nothing_any_more(
    people: Cast, provider: Provider, settings: Settings, now: datetime
) -> None:
    own = set_up(people.council.agency, provider, now=now, is_only_way=True)
    user, sealed_away = people.council.practitioner.user, people.council.lead.user
    signed_in(user)
    linked(user, own, provider, now=now)
    client = Client()
    assert client.post("/account/login/", {"login": user.email, "password": PASSWORD})["Location"] == OWN
    assert not is_in(client)
    assert APIClient().post("/api/token/", {"email": user.email, "password": PASSWORD}).status_code == 403
    there_and_back(client, f"{OWN}{own.pk}/")
    asked = grow_old(client).get(f"{FACTORS}app/").content.decode()
    assert 'name="prove_password"' not in asked
    assert f"{OWN}{own.pk}/prove/" in asked
    assert client.post("/account/prove/", {"next": "/", "prove_password": PASSWORD}).status_code == 200
    assert ASKS in client.get(f"{FACTORS}app/").content.decode()
    signed_in(sealed_away)


def test_an_account_closed_there_is_out_here_within_minutes(
    people: Cast, own: AgencySignIn, provider: Provider, now: datetime
) -> None:
    linked(people.council.practitioner.user, own, provider, now=now)
    there_and_back(client := Client(), f"{OWN}{own.pk}/")
    began = SignIn.objects.latest("pk").began_at
    assert own_sign_ins.ask_again(now=began + timedelta(minutes=9)) == 0
    assert len(provider.tokens_asked) == 1
    own_sign_ins.ask_again(now=began + timedelta(minutes=10))
    assert provider.tokens_asked[-1]["refresh_token"] == "again-1"
    provider.document = {"issuer": "away"}
    assert own_sign_ins.ask_again(now=began + timedelta(minutes=20)) == 0
    assert is_in(client)
    provider.document, provider.is_open = {}, False
    assert own_sign_ins.ask_again(now=began + timedelta(minutes=20)) == 1
    assert provider.tokens_asked[-1]["refresh_token"] == "again-2"
    assert not is_in(client)
    ended = SignIn.objects.latest("pk")
    assert (ended.end, ended.renewal) == ("directory", "")
    assert own_sign_ins.ask_again(now=began + timedelta(minutes=40)) == 0


def test_whoever_runs_the_service_sets_it_up(people: Cast, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENCY_SIGN_IN_SECRET", SECRET)
    where = ["--partnership", people.partnership.key, "--agency", people.council.agency.key]
    told = StringIO()
    given = ["--issuer", provider.issuer, "--client-id", CLIENT, "--second-factor", "acrs=c1", "--only-way"]
    call_command("agency_sign_in", "set", *where, *given, stdout=told)
    own = AgencySignIn.objects.get()
    assert f"/account/organisation/{own.pk}/return/" in told.getvalue()
    assert (own.subject_claim, own.factor_claim, own.factor_value, own.is_only_way) == ("sub", "acrs", "c1", True)
    assert SECRET not in f"{told.getvalue()}{own.secret}"
    call_command("agency_sign_in", "list", stdout=told)
    assert f"/{people.council.agency.key}: {provider.issuer}" in told.getvalue()
    wrongs = ({1: f"{provider.issuer}/"}, {5: "colour=red"})
    for wrong in wrongs:
        with pytest.raises(CommandError):
            call_command("agency_sign_in", "set", *where, *[wrong.get(at, text) for at, text in enumerate(given)])
    call_command("agency_sign_in", "end", *where, stdout=told)
    assert not own_sign_ins.in_force().exists()
    with pytest.raises(CommandError):
        call_command("agency_sign_in", "end", *where)
    seen = AuditEvent.objects.filter(head__scope=f"agency:{people.council.agency.pk}").values_list("action", flat=True)
    assert {"own_sign_in_set_up", "own_sign_in_ended"} <= set(seen)
