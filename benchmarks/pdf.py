"""How much longer a case history of 200 events takes than the plainest list that WeasyPrint can set of the same words.

Run: ``python benchmarks/pdf.py [events]``. Both go through the same child process, in turns, in one run; the figure that
counts is their ratio (quality.md P10: at most 1.4).
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from html import escape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")

ROUNDS = 5
BODY = "The ward manager and the social worker spoke for ten minutes and did not agree. They will speak again tomorrow. "


def a_history(events: int) -> dict[str, Any]:
    """A document with this many events in its chronology."""
    entries = [
        {
            "when": f"Thu {1 + number % 28} April 2026 at 10:00", "by": "Bethan Price, line manager, Council",
            "headline": f"Discussed with the ward manager ({number})", "body": BODY * 2, "stands_out": number % 9 == 0,
            "stage": "Stage 2", "late": "", "keep": True,
        }
        for number in range(events)
    ]  # fmt: skip
    blocks = [{"type": "story", "entries": entries}]
    story = {"key": "chronology", "heading": "What happened, in order", "intro": "", "blocks": blocks}
    return {
        "format": 1, "kind": "case_history", "language": "en-GB", "reference": "HAL-2026-0001", "title": "Case history",
        "terms": "dispute", "partnership": "Halton", "made_at": "2026-04-02T09:00:00+00:00", "sections": [story],
    }  # fmt: skip


def floor_of(bundle: dict[str, Any]) -> str:
    """The same words as one description list."""
    rows = "".join(
        f"<dt>{escape(entry['headline'])}</dt><dd>{escape(entry['when'])} {escape(entry['by'])} {escape(entry['body'])}</dd>"
        for entry in bundle["sections"][0]["blocks"][0]["entries"]
    )
    return f"<!doctype html><html lang='en-GB'><head><title>x</title></head><body><dl>{rows}</dl></body></html>"


def main() -> None:
    """Print both times and their ratio."""
    import django

    django.setup()
    from decisions import pdf
    from decisions.exports.page import _fonts, as_pdf

    events = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    limits = pdf.Limits(seconds=300)
    bundle = a_history(events)
    plain, style = floor_of(bundle), "html { font: 10.5pt/1.4 'Source Sans 3' } @font-face { font-family: 'Source Sans 3'; " \
        "src: url('asset:source-sans-3-latin-400-normal.woff2') }"
    ours, floor, pages = [], [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        pages = as_pdf(bundle, "0" * 64, limits=limits).pages
        middle = time.perf_counter()
        pdf.render(plain, style, _fonts(), limits=limits)
        ours.append(middle - start)
        floor.append(time.perf_counter() - middle)
    mine, least = statistics.median(ours), statistics.median(floor)
    print(f"{events} events, {pages} pages: {mine * 1000:.0f} ms; floor {least * 1000:.0f} ms; ratio {mine / least:.2f}")


if __name__ == "__main__":
    main()
