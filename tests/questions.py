"""Counting the statements that an answer takes, without those that write down that a session was used."""

from django.test.utils import CaptureQueriesContext

KEPT = ("SAVEPOINT", "RELEASE SAVEPOINT", 'UPDATE "django_session"', 'INSERT INTO "django_session"')


class Questions(CaptureQueriesContext):
    """The use of a session is written down every few seconds of real time, so its statements come and go."""

    @property
    def captured_queries(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = super().captured_queries
        return [query for query in found if not query["sql"].startswith(KEPT)]
