"""Real workers and beats on a real broker: what is due is recorded once and told once, whoever dies in between."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import redis

from escalation.models import Deadline, Notification
from tests.clock import Clock
from tests.factories_disputes import make_dispute, people_under
from tests.processes import MailServer, Worker
from tests.services import redis_url

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(done: Callable[[], bool], seconds: float = 240) -> None:
    """Look every tenth of a second; fails when it does not come true in time."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def everything_is_sent() -> bool:
    return not Notification.objects.filter(sent_at=None).exists()


def test_two_workers_and_two_beats_record_each_miss_once_and_send_each_notice_once(
    worker: Callable[..., Worker], mail_server: MailServer, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    disputes = [make_dispute(people, now=now) for _ in range(5)]
    worker(beat=True)
    worker(beat=True)
    clock.move_to(now + timedelta(days=2, hours=14))
    wait_until(lambda: Deadline.objects.filter(missed_at__isnull=False).count() == len(disputes))
    wait_until(everything_is_sent)
    sent = Counter(message["Message-ID"] for message in mail_server.messages)
    assert set(sent) == set(Notification.objects.values_list("message_id", flat=True))
    assert set(sent.values()) == {1}


def test_a_killed_worker_and_an_emptied_broker_lose_nothing(
    worker: Callable[..., Worker], mail_server: MailServer, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    disputes = [make_dispute(people, now=now) for _ in range(5)]
    first = worker(beat=True)
    clock.move_to(now + timedelta(days=2, hours=14))
    time.sleep(0.3)
    first.kill()
    broker = redis.Redis.from_url(redis_url())
    broker.flushdb()
    broker.close()
    worker(beat=True)
    wait_until(lambda: Deadline.objects.filter(missed_at__isnull=False).count() == len(disputes))
    wait_until(everything_is_sent)
    identities = {message["Message-ID"] for message in mail_server.messages}
    assert identities == set(Notification.objects.values_list("message_id", flat=True))
