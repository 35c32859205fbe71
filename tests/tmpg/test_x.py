import pytest
from django.db import connection
def test_pure(now): assert now
@pytest.mark.django_db
def test_role():
    with connection.cursor() as c:
        c.execute("select current_user, current_database()")
        print(c.fetchone())
def test_tx(transactional_db):
    from django.contrib.sessions.models import Session
    from django.utils import timezone
    Session.objects.create(session_key="x", expire_date=timezone.now())
def test_tx2(transactional_db):
    from django.contrib.sessions.models import Session
    assert Session.objects.count()==0
def test_worker(worker, clock, now):
    clock.move_to(now)
    w = worker(beat=True)
    print(w.log.read_text())
def test_out():
    import socket
    with pytest.raises(AssertionError): socket.create_connection(("8.8.8.8",53))
def test_browser(page):
    page.goto("/healthy"); assert "ok" in page.content()
