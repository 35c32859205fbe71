"""Row-level security behind every filter: what PostgreSQL itself shows to whom, and that nothing is left open by accident."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction
from django.test import Client

from cases import rows
from cases.errors import Refused
from cases.models import Appointment, Case, Person
from cases.models.case import CaseQuerySet
from cases.rows import one_act
from escalation import notifications
from escalation.actions import grants, moves
from escalation.actions.agreed import add_action
from escalation.actions.grants import Again
from escalation.models import Dispute, Notification, Participant
from escalation.models.dispute import DisputeQuerySet
from escalation.protocol import Event
from tests import test_urls_404
from tests.clock import Clock
from tests.factories import Cast, make_place
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.url_matrix_world import World, make_world

pytestmark = pytest.mark.django_db

# Tables that lead to a case or a dispute and have no policy, and why.
OPEN = {
    "escalation_draft": "one's own words before there is a dispute; it names only the one that they became",
}
PARTNERSHIPS = ("halton", "luton", "dundee", "south_lanarkshire")


def shown(acting: Appointment | None) -> set[int]:
    """The disputes that the database shows without any filter."""
    with rows.of(acting):
        return set(Dispute.objects.values_list("pk", flat=True))


def everybody(people: Cast) -> list[Appointment]:
    return list(Appointment.objects.filter(partnership=people.partnership).select_related("user", "agency", "partnership"))


class TestTheRole:
    def test_the_web_owns_nothing_and_cannot_step_around_policies(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False, False, False)
            cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
            assert cursor.fetchone() == (0,)

    def test_every_table_that_leads_to_a_case_has_a_policy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_policies JOIN pg_class ON relname = tablename AND relrowsecurity")
            held = {name for (name,) in cursor.fetchall()}
        assert tables_of_cases() - held == set(OPEN)

    def test_it_can_neither_drop_a_policy_nor_switch_them_off(self) -> None:
        for statement in (
            "DROP POLICY shown ON cases_case", "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY", "SET ROLE escalation_owner",
        ):  # fmt: skip
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_the_web_server_shows_nothing_until_a_request_says_who_acts(self) -> None:
        code = (
            "import escalation.wsgi; from django.db import connection as c; k = c.cursor(); "
            "k.execute(\"SELECT current_setting('app.acting')\"); print(k.fetchone()[0])"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == rows.NOBODY


def tables_of_cases() -> set[str]:
    """The tables from which foreign keys lead to a case, a person at risk or a dispute."""
    found = {model._meta.db_table for model in (Case, Person, Dispute)}
    everything = [model for name in ("cases", "escalation", "decisions") for model in tables_in(name)]
    while True:
        more = {model._meta.db_table for model in everything if leads_to(model) & found} - found
        if not more:
            return found
        found |= more


def tables_in(app: str) -> Iterator[type[models.Model]]:
    return apps.get_app_config(app).get_models(include_auto_created=True)


def leads_to(model: type[models.Model]) -> set[str]:
    return {field.related_model._meta.db_table for field in model._meta.concrete_fields if field.related_model}


class TestWhatIsShown:
    @pytest.mark.parametrize("key", PARTNERSHIPS)
    def test_the_database_shows_each_person_what_the_access_table_lets_them_know_of(self, key: str, now: datetime) -> None:
        people = people_under(key, now=now)
        elsewhere = people_under("luton" if key != "luton" else "halton", now=now)
        make_dispute(people, now=now)
        climb(climb(make_dispute(people, now=now), now=now), now=now)
        shut = make_dispute(people, now=now).case
        restricted = make_dispute(people, now=now).case
        Case.objects.filter(pk=shut.pk).update(shut_to=[people.council.practitioner.user_id, people.auditor.user_id])
        Case.objects.filter(pk=restricted.pk).update(named=[people.council.lead.pk, people.health.lead.pk])
        place = make_place(people.council.line_manager, people.council.lead)
        wrong = []
        for who in (*everybody(people), *everybody(elsewhere), place):
            by_table = set(Dispute.objects.visible_to(who).values_list("pk", flat=True))
            if shown(who) != by_table:
                wrong.append((str(who), shown(who), by_table))
            with rows.of(who):
                cases = set(Case.objects.values_list("pk", flat=True))
            assert cases >= set(Case.objects.visible_to(who).values_list("pk", flat=True))
        assert wrong == []

    @pytest.mark.parametrize("key", ["halton", "dundee"])
    def test_what_has_ended_is_shown_no_longer_than_the_table_says(self, key: str, now: datetime, clock: Clock) -> None:
        clock.move_to(now)
        people = people_under(key, now=now)
        owes, manager, told_again = people.council.practitioner, people.council.line_manager, people.health.practitioner
        first, running, ended, lately = (make_dispute(people, now=now) for _ in range(4))
        add_action(dispute=fresh(first), what="Ring.", owner=owes, due_on=now.date(), by=owes, now=now)
        for dispute, days in ((first, 0), (ended, 0), (lately, 20)):
            at = now + timedelta(days=days)
            clock.move_to(at)
            moves.withdraw(dispute=fresh(dispute), reason="It was put off.", by=owes, now=at)
        later = now + timedelta(days=28, hours=1)
        clock.move_to(later)
        given = Again(told_again, "A complaint.", later.date() + timedelta(days=3))
        grants.grant(dispute=fresh(ended), again=given, by=people.health.lead, now=later)
        news = {"event": Event.FEEDBACK, "recipients": [manager], "text": "News.", "now": later}
        notifications.tell(fresh(first), key=f"{first.pk}:late", **news)  # type: ignore[arg-type]
        for who in (*everybody(people), make_place(told_again, people.council.lead)):
            assert shown(who) == set(Dispute.objects.visible_to(who).values_list("pk", flat=True)), who
            with rows.of(who):
                cases = set(Case.objects.values_list("pk", flat=True))
                by_table = set(Case.objects.visible_to(who).values_list("pk", flat=True))
                assert cases == by_table | set(Dispute.objects.values_list("case", flat=True)), who
                told = set(Notification.objects.visible_to(who).values_list("pk", flat=True))
            assert told == set(Notification.objects.visible_to(who).values_list("pk", flat=True)), who
        over = {first.pk, ended.pk}
        assert [shown(who) & over for who in (owes, told_again, manager)] == [{first.pk}, {ended.pk}, set()]
        assert shown(manager) == {running.pk, lately.pk}

    def test_a_place_one_takes_for_somebody_is_shown_beside_ones_own(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        make_dispute(people, now=now)
        me = people.charity
        assert not shown(me)
        me.places = [make_place(people.council.practitioner, me)]
        assert shown(me) == set(Dispute.objects.values_list("pk", flat=True))

    def test_who_nobody_named_is_shown_nothing_of_any_table(self, now: datetime) -> None:
        make_world(now)
        with rows.of(None):
            for name in ("cases", "escalation", "decisions"):
                for model in tables_in(name):
                    if model._meta.db_table in tables_of_cases() - set(OPEN) and model is not Notification:
                        assert not model._default_manager.exists(), model

    def test_what_is_not_shown_cannot_be_written_either(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        dispute = make_dispute(people, now=now)
        with rows.of(people.stranger):
            assert Dispute.objects.filter(pk=dispute.pk).update(title="Mine now") == 0
            with pytest.raises(ProgrammingError), transaction.atomic():
                Participant.objects.create(
                    dispute_id=dispute.pk, appointment=people.stranger, side="raising", from_stage=1, joined_at=now
                )
        assert not shown(people.stranger)


class TestAForgottenFilter:
    @pytest.fixture
    def world(self, db: None, clock: Clock, now: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
        """The product as if every door had forgotten whom it serves."""
        clock.move_to(now)
        world = make_world(now)
        for model in (DisputeQuerySet, CaseQuerySet):
            monkeypatch.setattr(model, "visible_to", lambda self, acting: self.all())
        return world

    def test_a_stranger_still_gets_nothing(self, world: World) -> None:
        assert Dispute.objects.visible_to(world.people.stranger).count() == 2
        wrong = test_urls_404.faults(world, lambda _: world.people.stranger, test_urls_404.hidden(world), methods=("get",))
        assert wrong == []

    def test_nor_do_lists_counts_search_and_the_api(self, world: World) -> None:
        client = Client()
        client.force_login(world.people.stranger.user)
        for address in ("/", "/disputes/", "/disputes/?q=Elsworth", "/cases/", "/api/disputes/", "/api/cases/"):
            text = client.get(address).content.decode()
            assert world.names["dispute"] not in text, address
            assert "Elsworth" not in text.replace('value="Elsworth"', ""), address
        assert client.get("/api/disputes/").json()["results"] == []


class TestComingAndGoing:
    def test_an_act_sees_everything_and_afterwards_nobody_does(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        dispute = make_dispute(people, now=now)

        @one_act
        def act(*, fails: bool) -> int:
            if fails:
                raise Refused("No.", code="invalid")
            return Dispute.objects.filter(pk=dispute.pk).count()

        with rows.of(people.stranger):
            assert act(fails=False) == 1
            assert not Dispute.objects.exists()
            with pytest.raises(Refused):
                act(fails=True)
            assert not Dispute.objects.exists()

    def test_what_an_act_made_is_shown_to_whoever_did_it(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        with rows.of(people.council.practitioner):
            dispute = make_dispute(people, now=now)
            assert Dispute.objects.get().pk == dispute.pk

    def test_after_a_request_the_connection_shows_what_it_showed_before(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        make_dispute(people, now=now)
        client = Client(raise_request_exception=False)
        client.force_login(people.council.practitioner.user)
        with rows.of(None):
            for address in ("/disputes/", "/disputes/HAL-2026-9999/", "/no-such-page/", "/api/disputes/"):
                client.get(address)
                assert not Dispute.objects.exists(), address

    def test_a_failed_transaction_takes_the_setting_back_with_it(self, now: datetime) -> None:
        people = people_under("halton", now=now)
        make_dispute(people, now=now)
        with rows.of(None):
            with pytest.raises(ProgrammingError), transaction.atomic():
                self.fail_as(people.council.practitioner)
            assert not Dispute.objects.exists()

    def fail_as(self, who: Appointment) -> None:
        rows.show(who)
        assert Dispute.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
