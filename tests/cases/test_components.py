"""The frame, our own components, and that nothing served belongs to GOV.UK alone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory

from cases.forms.base import GovukForm

DUE = datetime(2026, 4, 10, 22, 59, tzinfo=UTC)
STAGES = [
    {"number": 1, "name": "Professionals", "state": "done", "note": "not agreed 3 Apr"},
    {"number": 2, "name": "Managers", "state": "skipped", "skipped_by": "the line manager"},
    {"number": 3, "name": "Senior managers", "state": "now"},
    {"number": 4, "name": "Board chair", "state": "ahead"},
]


def drawn(source: str, **context: Any) -> str:
    template = engines["django"].from_string("{% load components dates %}" + source)
    return template.render(context)


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


@pytest.fixture
def acting() -> SimpleNamespace:
    return SimpleNamespace(
        user=SimpleNamespace(name="Rosalind Achterberg"),
        get_role_display="Line manager",
        agency="Halton Adult Social Care",
        partnership=SimpleNamespace(name="Halton Safeguarding Adults Board"),
    )


@pytest.fixture
def frame() -> dict[str, Any]:
    return {
        "is_demo": True,
        "can_switch_role": True,
        "navigation": [
            {"text": "My work", "url": "/", "current": True},
            {"text": "Notices", "url": "/notices/", "current": False, "count": 3},
        ],
        "links": {"home": "/", "switch_role": "/roles/", "sign_out": "/out/", "help": "/help/", "privacy": "/privacy/"},
    }


def whole_page(frame: dict[str, Any], acting: Any, body: str = "", title: str = "HAL-2026-0012") -> str:
    request = RequestFactory().get("/")
    request.acting = acting  # type: ignore[attr-defined]
    request.csp_nonce = "once"  # type: ignore[attr-defined]
    source = (
        '{% extends "base.html" %}{% load components %}'
        f"{{% block title %}}{title}{{% endblock %}}{{% block content %}}{body}{{% endblock %}}"
    )
    return render(source, {"frame": frame}, request)


def render(source: str, context: dict[str, Any], request: Any) -> str:
    """Render without the context processors: they ask the database."""
    from django.template import Context

    engine = engines["django"].engine  # type: ignore[attr-defined]
    return str(engine.from_string(source).render(Context(context | {"request": request, "csrf_token": "token"})))


def test_the_frame_says_who_acts_in_which_role(frame: dict[str, Any], acting: SimpleNamespace) -> None:
    said = words(whole_page(frame, acting))

    assert "Rosalind Achterberg Line manager, Halton Adult Social Care Switch role" in said
    assert "Halton Safeguarding Adults Board" in said
    assert "Notices ( 3 unread)" in said


def test_the_frame_of_a_stranger_offers_nothing(frame: dict[str, Any]) -> None:
    page = whole_page({"is_demo": False, "navigation": [], "links": {"sign_in": "/in/"}}, None)

    assert "Sign out" not in page
    assert "Demonstration" not in page
    assert 'href="/in/"' in page
    assert "data-quick-hide" not in page


def test_a_page_begins_with_the_way_to_its_content_and_has_one_main(
    frame: dict[str, Any], acting: SimpleNamespace
) -> None:
    page = whole_page(frame, acting)

    assert page.index("govuk-skip-link") < page.index("<header")
    assert page.count("<main") == 1
    assert f"<title>HAL-2026-0012 – {settings.SERVICE_NAME}</title>" in page


def test_no_page_carries_style_or_script_of_its_own(frame: dict[str, Any], acting: SimpleNamespace) -> None:
    page = whole_page(frame, acting)

    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" nonce="once" src="/static/js/app.js">']
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        if "pdf" in template.parts or "emails" in template.parts:
            continue
        text = template.read_text()
        assert not re.search(r"\sstyle=|<style|\son\w+=\"|javascript:", text), template
        assert len(re.findall(r"<script", text)) <= (template.name == "base.html"), template


@pytest.mark.parametrize("name", ["404.html", "403.html", "403_csrf.html", "500.html"])
def test_error_pages_need_nothing(name: str) -> None:
    page = render('{% include "' + name + '" %}', {}, None)

    assert "<h1" in page
    assert 'href="/"' in page


def test_stages_are_read_out_in_order_with_their_state() -> None:
    markup = drawn("{% stage_progress stages %}", stages=STAGES)

    assert "Stage 1: Professionals Done not agreed 3 Apr" in words(markup)
    assert "Stage 2: Managers Skipped by the line manager" in words(markup)
    assert "Stage 4: Board chair Not yet" in words(markup)
    assert markup.count('aria-current="step"') == 1
    assert markup.startswith("<ol")


def test_what_happens_now_is_one_sentence(now: datetime) -> None:
    source = (
        '{% by_when due now as by %}{% days_left due now as left %}{% now_panel whose="Mersey Hospitals"'
        ' act="is to reply" by=by day="Day 9" left=left %}{% end_now_panel %}'
    )
    markup = drawn(source, due=DUE, now=now)

    assert "Mersey Hospitals is to reply by Fri 10 April, end of day (Day 9) — 8 days left ." in words(markup)
    assert "app-overdue" not in markup


def test_only_a_missed_limit_is_red() -> None:
    assert "app-overdue" in drawn('{% now_panel act="x" left="1 day overdue" missed=True %}{% end_now_panel %}')


def test_one_class_alone_may_be_red() -> None:
    css = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "static/css").glob("*.css"))

    assert re.findall(r"([^}\n]+) \{[^}]*var\(--app-overdue\)", css) == [".app-overdue"]


def test_the_line_may_come_as_a_ready_sentence() -> None:
    markup = drawn('{% now_panel sentence="Closed on Fri 10 April." %}{% end_now_panel %}')

    assert "What happens now Closed on Fri 10 April." in words(markup)


def test_999_is_never_hidden() -> None:
    assert "999" in drawn('{% safety_panel "Nobody has said yet" %}{% end_safety_panel %}')
    assert "999" in (Path(settings.BASE_DIR) / "templates/500.html").read_text()
    assert "999" in (Path(settings.BASE_DIR) / "templates/components/frame/footer.html").read_text()


def test_duties_say_done_and_owed_without_colour() -> None:
    duties = [
        {"text": "Safety confirmed", "is_done": True, "url": "/never/"},
        SimpleNamespace(text="Position", is_done=False, owner="Mersey Hospitals", due="today", url="/position/"),
    ]
    said = words(drawn("{% duty_checklist duties %}", duties=duties))

    assert "Done: Safety confirmed" in said
    assert "Owed: Position Mersey Hospitals, today Do this : Position" in said
    assert "/never/" not in said


def test_dates_are_listed_with_their_day() -> None:
    dates = [{"text": "Managers reply", "at": DUE, "note": "Day 9"}, {"text": "Board chair", "at": "17 to 22 April"}]

    said = words(drawn("{% date_list dates %}", dates=dates))

    assert said == "Managers reply by Fri 10 April, end of day Day 9 Board chair 17 to 22 April"


def test_a_late_entry_shows_both_dates() -> None:
    source = (
        '{% timeline %}{% event "Call" by="a nurse" at=at late_for=then %}<p>x</p>{% end_event %}{% end_timeline %}'
    )
    said = words(drawn(source, at=DUE, then=DUE - timedelta(days=3)))

    assert "Fri 10 April 2026 at 23:59 (about Tue 7 April 2026 at 23:59, recorded later)" in said


def test_texts_given_to_components_are_shown_as_text() -> None:
    evil = '"><script>x</script>'
    source = (
        "{% tag evil %}{% warning evil %}{% back_link evil evil %}{% row evil change=evil %}{{ evil }}{% end_row %}"
        "{% event evil by=evil %}{% end_event %}{% copy_text evil evil evil %}{% now_panel whose=evil %}{% end_now_panel %}"
        "{% inset %}{{ evil }}{% end_inset %}{% empty_state evil evil evil evil %}{% details evil %}{{ evil }}{% end_details %}"
    )

    assert "<script" not in drawn(source, evil=evil)


def test_one_page_of_rows_needs_no_pages() -> None:
    assert drawn("{% pagination newer=None older=None %}", newer=None) == ""


def test_nothing_served_belongs_to_gov_uk_alone() -> None:
    served = {path: storage for finder in finders.get_finders() for path, storage in finder.list([])}

    assert {"css/app.css", "js/app.js", "govuk/govuk-frontend.min.css"} <= set(served)
    for path, storage in served.items():
        assert not re.search(r"(?i)crown|crest|logotype|gds|govuk-(icon|opengraph)|favicon", path), path
        if path.endswith((".css", ".js", ".svg")):
            text = Path(storage.path(path)).read_text()
            assert not re.search(r"(?i)gds transport|govuk-crest|/assets/|url\([^)]*(crown|crest|logotype)", text), path


def test_pages_use_no_mark_of_gov_uk() -> None:
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"govuk-header|govuk-footer__(crown|copyright|licence)|logotype|/assets/", text), template


def test_every_file_that_style_and_script_refer_to_is_served() -> None:
    for path in ("css/app.css", "css/dispute.css", "css/print.css", *[f"js/{p.name}" for p in _scripts()]):
        text = Path(str(finders.find(path))).read_text()
        for reference in re.findall(r'url\("([^"]+)"\)|from "([^"]+)"', text):
            target = (Path("/") / path).parent / "".join(reference)
            assert finders.find(str(target.resolve()).lstrip("/")), f"{path} refers to {target}"


def _scripts() -> list[Path]:
    return sorted((Path(settings.BASE_DIR) / "static/js").glob("*.js"))


def test_what_is_wrong_in_several_forms_stands_in_one_box() -> None:
    class Asked(GovukForm):
        what = forms.CharField(label="What", error_messages={"required": "Say what"})

    wrong, also = Asked({"a-what": ""}, prefix="a"), Asked({"b-what": ""}, prefix="b")
    right = Asked({"c-what": "It"}, prefix="c")
    page = drawn("{% error_prefix one rows %}{% error_summary one rows %}", one=right, rows=[wrong, also])
    assert page.startswith("Error: ")
    assert page.count("There is a problem") == 1
    assert page.count("Say what") == 2
    assert drawn("{% error_prefix one rows %}{% error_summary one rows %}", one=right, rows=[]) == ""
