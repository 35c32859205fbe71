"""What every journey starts with: a moment, a partnership with its people, a worker and a mail server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.clock import Clock
from tests.factories_disputes import people_under
from tests.journeys.walking import Story
from tests.processes import MailServer, Worker

StoryOf = Callable[[str], Story]


@pytest.fixture
def story_of(clock: Clock, now: datetime, worker: Callable[..., Worker], mail_server: MailServer) -> StoryOf:
    """A story under the protocol with this key, beginning on Thursday 2 April 2026 at ten."""

    def begin(key: str) -> Story:
        clock.move_to(now)
        return Story(people_under(key, now=now), clock, worker(), mail_server)

    return begin
