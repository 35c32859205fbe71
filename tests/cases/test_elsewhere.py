"""Signing in through an agency's own provider: who comes in, who does not, and what nobody can make of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cases.actions import own_sign_ins
from cases.models import AgencySignIn, AuditEvent, SignIn, User
from cases.roles import Role
from tests import factories, oidc_provider
from tests.cases.elsewhere_steps import OWN, REFUSED, is_in, linked, set_up, there, there_and_back
from tests.cases.second_factor_steps import add_app, code, forget_used, signed_in
from tests.factories import Cast
from tests.oidc_provider import Provider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider) -> Provider:
    server.begin(server.issuer)
    return server


@pytest.fixture
def people() -> Cast:
    return factories.cast()


@pytest.fixture
def own(people: Cast, provider: Provider, now: datetime) -> AgencySignIn:
    return set_up(people.council.agency, provider, now=now)


@pytest.fixture
def user(people: Cast, own: AgencySignIn, provider: Provider, now: datetime) -> User:
    return linked(people.council.practitioner.user, own, provider, now=now)


def why_not() -> str:
    """What the trail says of the last person who was not let in."""
    return str(AuditEvent.objects.filter(action="own_sign_in_refused").latest("pk").data["why"])


def test_who_is_linked_comes_in_and_is_led_on(user: User, own: AgencySignIn, provider: Provider) -> None:
    client = Client()
    assert OWN in client.get("/account/login/").content.decode()
    listed = client.get(f"{OWN}?next=/directory/").content.decode()
    assert f"{OWN}{own.pk}/?next=%2Fdirectory%2F" in listed or f"{OWN}{own.pk}/?next=/directory/" in listed
    answer = there_and_back(client, f"{OWN}{own.pk}/?next=/directory/")
    assert answer["Location"] == "/directory/"
    page = client.get("/directory/").content.decode()
    assert "sign in with their own organisation" in page
    asked = provider.asked[-1]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid offline_access"
    assert SignIn.objects.get(user=user).through == own
    said = AuditEvent.objects.filter(action="signed_in", head__scope=f"account:{user.pk}").latest("pk").data
    assert said["own_sign_in"] == own.pk
    assert User.objects.get(pk=user.pk).last_login is not None
    assert "again-1" not in str(SignIn.objects.values_list("renewal", flat=True))
    assert oidc_provider.SECRET not in own.secret


WRONG: dict[str, tuple[Callable[[Provider], Any], str]] = {
    "another nonce": (lambda it: it.claims.update(nonce="another"), "nonce"),
    "no nonce": (lambda it: it.claims.update(nonce=None), "token"),
    "another issuer": (lambda it: it.claims.update(iss="https://elsewhere.example"), "issuer"),
    "another audience": (lambda it: it.claims.update(aud="another"), "audience"),
    "several audiences": (lambda it: it.claims.update(aud=[oidc_provider.CLIENT, "another"]), "audience"),
    "made for somebody else": (
        lambda it: it.claims.update(aud=[oidc_provider.CLIENT, "another"], azp="another"), "audience",
    ),
    "too old": (lambda it: it.claims.update(exp=int(time.time()) - 120), "expired"),
    "without an end": (lambda it: it.claims.update(exp=None), "token"),
    "from tomorrow": (lambda it: it.claims.update(iat=int(time.time()) + 86_400), "token"),
    "not signed": (lambda it: setattr(it, "algorithm", "none"), "algorithm"),
    "signed with the secret": (lambda it: setattr(it, "algorithm", "HS256"), "algorithm"),
    "signed by somebody else": (lambda it: setattr(it, "signs_with", "another"), "token"),
    "no subject": (lambda it: it.claims.update(sub=None), "token"),
    "a subject of another kind": (lambda it: it.claims.update(sub=7), "token"),
    "another subject": (lambda it: setattr(it, "subject", "subject-2"), "unknown_subject"),
    "another state": (lambda it: it.answer.update(state="another"), "state"),
    "an answer of another issuer": (lambda it: it.answer.update(iss="https://elsewhere.example"), "issuer"),
    "stopped on the way": (lambda it: it.answer.update(error="access_denied"), "refused_by_provider"),
    "a code nobody gave": (lambda it: it.answer.update(code="another"), "invalid_grant"),
}  # fmt: skip


def test_nothing_is_taken_on_trust(user: User, own: AgencySignIn, provider: Provider) -> None:
    client, before = Client(), User.objects.count()
    for case, (lie, why) in WRONG.items():
        provider.begin(provider.issuer)
        lie(provider)
        assert there_and_back(client, f"{OWN}{own.pk}/")["Location"] == REFUSED, case
        assert not is_in(client), case
        assert why_not() == why, case
    assert User.objects.count() == before
    told = client.get(REFUSED)
    assert told.status_code == 403
    assert user.email not in told.content.decode()


def test_a_document_of_another_is_none(own: AgencySignIn, provider: Provider) -> None:
    for document, why in (
        ({"issuer": "https://elsewhere.example"}, "other_issuer_in_document"),
        ({"token_endpoint": "http://elsewhere.example/token"}, "not_https"),
    ):
        provider.document = document
        assert Client().get(f"{OWN}{own.pk}/")["Location"] == REFUSED
        assert why_not() == why


def test_a_way_is_gone_once_and_in_one_browser(user: User, own: AgencySignIn) -> None:
    client, other = Client(), Client()
    back = there(client, f"{OWN}{own.pk}/")
    assert other.get(back)["Location"] == REFUSED
    assert client.get(back)["Location"] == "/"
    assert client.get(back)["Location"] == REFUSED
    late = Client()
    back = there(late, f"{OWN}{own.pk}/")
    session = late.session
    session["asked_elsewhere"] |= {"at": time.time() - 601}
    session.save()
    assert late.get(back)["Location"] == REFUSED
    assert why_not() == "too_late"


def closed(user: User, day: date) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def suspended(user: User, day: date) -> None:
    User.objects.filter(pk=user.pk).update(suspended_at=datetime.fromisoformat("2026-01-01T00:00:00Z"))


def gone(user: User, day: date) -> None:
    user.appointments.update(ends_on=day - timedelta(days=1), starts_on=day - timedelta(days=9))


@pytest.mark.parametrize(("ends", "why"), [(closed, "closed"), (suspended, "suspended"), (gone, "closed")])
def test_whoever_is_out_stays_out(
    ends: Callable[[User, date], None], why: str, user: User, own: AgencySignIn
) -> None:
    inside, client = Client(), Client()
    there_and_back(inside, f"{OWN}{own.pk}/")
    ends(user, timezone.localdate())
    assert not is_in(inside)
    assert there_and_back(client, f"{OWN}{own.pk}/")["Location"] == REFUSED
    assert not is_in(client)
    assert why_not() == why


def test_another_agencys_provider_opens_nothing(people: Cast, user: User, provider: Provider, now: datetime) -> None:
    """Two agencies under one issuer: the subject is right, the role is not."""
    health = set_up(people.health.agency, provider, now=now)
    client = Client()
    assert there_and_back(client, f"{OWN}{health.pk}/")["Location"] == REFUSED
    assert why_not() == "no_role_at_agency"
    assert not is_in(client)


def test_it_opens_no_role_at_another_agency(people: Cast, user: User, own: AgencySignIn) -> None:
    other = factories.make_appointment(Role.PRACTITIONER, people.health.agency, user=user)
    with_password, through = signed_in(user), Client()
    assert with_password.post("/account/act-as/", {"role": other.pk}).status_code == 302
    there_and_back(through, f"{OWN}{own.pk}/")
    assert through.post("/account/act-as/", {"role": other.pk}).status_code == 404
    assert through.get("/api/roles/").json()[0]["id"] == people.council.practitioner.pk
    assert len(through.get("/api/roles/").json()) == 1
    assert through.get("/api/cases/", headers={"X-Acting-As": str(other.pk)}).status_code == 403
    people.council.practitioner.ends_on = people.council.practitioner.starts_on
    people.council.practitioner.save()
    assert not is_in(through)
    assert is_in(with_password)


def test_ended_by_whoever_runs_the_service_it_opens_nothing_at_once(user: User, own: AgencySignIn, now: datetime) -> None:
    client = Client()
    there_and_back(client, f"{OWN}{own.pk}/")
    own_sign_ins.end(own=own, now=now)
    assert OWN not in Client().get("/account/login/").content.decode()
    assert not is_in(client)
    assert Client().get(f"{OWN}{own.pk}/").status_code == 404
    assert "No organisation has set this up" in Client().get(OWN).content.decode()


@pytest.fixture
def required(settings: Settings) -> None:
    settings.MFA_REQUIRED = True


@pytest.mark.usefixtures("required")
def test_a_factor_shown_there_counts_where_that_was_agreed(
    people: Cast, user: User, own: AgencySignIn, provider: Provider, now: datetime
) -> None:
    there_and_back(client := Client(), f"{OWN}{own.pk}/")
    assert client.get("/directory/")["Location"] == "/account/second-factor/"
    own = set_up(people.council.agency, provider, now=now, factor_claim="amr", factor_value="mfa")
    for said, opens in (({}, 302), ({"amr": ["pwd"]}, 302), ({"amr": "mf"}, 302), ({"amr": ["pwd", "mfa"]}, 200)):
        provider.claims = dict(said)
        there_and_back(client := Client(), f"{OWN}{own.pk}/")
        assert client.get("/directory/").status_code == opens, said
    provider.claims = {"acrs": ["c1"]}
    own = set_up(people.council.agency, provider, now=now, factor_claim="acrs", factor_value="c1")
    there_and_back(client := Client(), f"{OWN}{own.pk}/")
    assert client.get("/directory/").status_code == 200
    assert '"c1"' in provider.asked[-1]["claims"]


def test_without_it_ones_own_factor_is_asked(
    people: Cast, user: User, own: AgencySignIn, provider: Provider, now: datetime
) -> None:
    secret, _ = add_app(signed_in(user))
    forget_used(user)
    client = Client()
    assert there_and_back(client, f"{OWN}{own.pk}/?next=/directory/")["Location"] == "/account/second-factor/sign-in/"
    assert not is_in(client)
    assert client.post("/account/second-factor/sign-in/", {"code": code(secret)})["Location"] == "/directory/"
    assert SignIn.objects.filter(user=user, ended_at=None).latest("pk").through == own
    provider.claims = {"amr": ["mfa"]}
    own = set_up(people.council.agency, provider, now=now, factor_claim="amr", factor_value="mfa")
    assert there_and_back(client := Client(), f"{OWN}{own.pk}/")["Location"] == "/"
    assert is_in(client)


def test_a_flood_reaches_neither_the_provider_nor_the_trail(own: AgencySignIn, provider: Provider, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"elsewhere": "2/m/ip"}
    client = Client()
    assert there_and_back(client, f"{OWN}{own.pk}/")["Location"] == REFUSED
    before = AuditEvent.objects.count()
    assert [client.get(f"{OWN}{own.pk}/{where}").status_code for where in ("", "return/")] == [429, 429]
    assert AuditEvent.objects.count() == before
