"""Writes static/vendor anew from the npm packages, without what only GOV.UK may use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

GOVUK = "govuk-frontend/dist/govuk"
MOJ = "@ministryofjustice/frontend/moj"
FONT = "@fontsource/source-sans-3"
COPIED = {
    f"{GOVUK}/govuk-frontend.min.js": "govuk-frontend.min.js",
    **{f"{FONT}/files/{name}": name for subset in ("latin", "latin-ext") for weight in (400, 700)
       for name in [f"source-sans-3-{subset}-{weight}-normal.woff2"]},
}  # fmt: skip
LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
LATIN_EXT = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,"
    "U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)
MOJ_KEPT = re.compile(r"\.moj-(timeline|sub-navigation|identity-bar)")
GOVUK_LEFT_OUT = re.compile(r"\.govuk-(header|footer|cookie-banner|exit-this-page|logotype|crest|feedback|language-navigation)")
HEADER = "/* From govuk-frontend {} and MoJ Frontend {} (MIT licence), by manage.py design_system: do not edit. */\n"


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Each top-level rule of minified CSS as (what stands before the brace, what stands within)."""
    depth = start = opened = 0
    for place, sign in enumerate(css):
        if sign == "{":
            depth += 1
            opened = place if depth == 1 else opened
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened], css[opened + 1 : place]
                start = place + 1


def kept(css: str, wanted: Any) -> str:
    """The rules whose selectors are wanted; inside @media and @supports too."""
    parts = []
    for before, within in rules(css):
        if before.startswith(("@media", "@supports")):
            inner = kept(within, wanted)
            parts.append(f"{before}{{{inner}}}" if inner else "")
        elif before.startswith("@font-face") or "url(/assets" in within:
            continue
        elif selectors := [part for part in before.split(",") if wanted(part)]:
            parts.append(f"{','.join(selectors)}{{{within}}}")
    return "".join(parts)


def without_comments(css: str) -> str:
    """Minified CSS keeps licence comments; ours is in the header."""
    return re.sub(r"/\*.*?\*/\s*", "", css, flags=re.DOTALL)


def font_faces() -> str:
    """Source Sans 3, regular and bold, for the languages of the United Kingdom and its neighbours."""
    return "".join(
        f'@font-face{{font-family:"Source Sans 3";font-style:normal;font-display:swap;font-weight:{weight};'
        f'src:url(source-sans-3-{subset}-{weight}-normal.woff2) format("woff2");unicode-range:{reach}}}\n'
        for subset, reach in (("latin-ext", LATIN_EXT), ("latin", LATIN))
        for weight in (400, 700)
    )


def version(npm: Path, package: str) -> str:
    """The version of an installed npm package."""
    found = re.search(r'"version":\s*"([^"]+)"', (npm / package / "package.json").read_text())
    return found[1] if found else "?"


def stylesheet(npm: Path) -> str:
    """The design system's CSS as this service may serve it."""
    govuk = without_comments((npm / GOVUK / "govuk-frontend.min.css").read_text())
    moj = without_comments((npm / MOJ / "moj-frontend.min.css").read_text())
    css = kept(govuk, lambda selector: not GOVUK_LEFT_OUT.search(selector)) + kept(moj, MOJ_KEPT.search)
    css = css.replace("GDS Transport,arial", '"Source Sans 3",arial').replace("}", "}\n")
    versions = version(npm, "govuk-frontend"), version(npm, "@ministryofjustice/frontend")
    return HEADER.format(*versions) + font_faces() + css


def vendored(npm: Path) -> dict[str, bytes]:
    """Every file of static/vendor as it follows from the installed packages."""
    files = {target: (npm / source).read_bytes() for source, target in COPIED.items()}
    script = files["govuk-frontend.min.js"].decode()
    files["govuk-frontend.min.js"] = re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", script).encode()
    licences = [(npm / GOVUK / "../../LICENSE.txt"), (npm / FONT / "LICENSE")]
    files["LICENCES.txt"] = b"\n\n".join(path.resolve().read_bytes() for path in licences if path.resolve().exists())
    return files | {"design-system.css": stylesheet(npm).encode()}


class Command(BaseCommand):
    """Write static/vendor from node_modules."""

    help = "Write static/vendor anew from node_modules (after npm ci), without fonts and images that only GOV.UK may use."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each file and name it."""
        target = Path(settings.BASE_DIR) / "static" / "vendor"
        target.mkdir(parents=True, exist_ok=True)
        for name, content in vendored(Path(settings.BASE_DIR) / "node_modules").items():
            (target / name).write_bytes(content)
            self.stdout.write(f"static/vendor/{name}: {len(content):,} bytes")
