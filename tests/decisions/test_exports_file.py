"""The file of a document: the same bytes with the same fingerprint each time, and never markup that somebody wrote."""

from __future__ import annotations

import itertools
from datetime import datetime

from decisions import exports
from decisions.exports.page import as_html, as_pdf
from tests.decisions.documents import bundle_of, closed_dispute
from tests.decisions.reading import opened, tags_of, text_of
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared


@shared
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


def test_same_bundle_gives_the_same_bytes_and_carries_its_fingerprint_on_every_page(people: Cast, now: datetime) -> None:
    dispute = closed_dispute(people, now)
    first, second = (bundle_of(dispute, people.auditor, now) for _ in range(2))
    fingerprint = exports.fingerprint(first)
    assert fingerprint == exports.fingerprint(second)
    made = as_pdf(first, fingerprint)
    assert made.content == as_pdf(second, fingerprint).content
    assert text_of(made.content).count(fingerprint) == made.pages
    assert f"Page {made.pages} of {made.pages}" in text_of(made.content)
    document = opened(made.content)
    assert str(document.docinfo.Title) == dispute.reference
    assert set(document.docinfo.keys()) <= {"/Title", "/Producer", "/CreationDate", "/ModDate"}
    assert "Margaret" not in str(document.docinfo)
    tags = tags_of(made.content)
    headings = [tag for tag in tags if tag.startswith("H") and tag[1:].isdigit()]
    assert headings[0] == "H1"
    assert all(int(b[1:]) - int(a[1:]) <= 1 for a, b in itertools.pairwise(headings))


def test_what_people_write_cannot_become_markup(people: Cast, now: datetime) -> None:
    attack = "</p><script>x</script><img src=x onerror=y><h1>Not a heading</h1>{{ 1|add:1 }}{% now 'Y' %}\u202e"
    dispute = make_dispute(people, now=now, worry=attack, proposed_resolution="a" * 3000)
    bundle = bundle_of(dispute, people.council.practitioner, now)
    html = as_html(bundle, "0" * 64)
    assert "<script>" not in html
    assert "<img" not in html
    made = as_pdf(bundle, "0" * 64)
    assert tags_of(made.content).count("H1") == 1
    assert "<h1>Not a heading</h1>{{ 1|add:1 }}" in text_of(made.content)
