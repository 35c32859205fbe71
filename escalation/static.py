"""Style sheets, scripts and fonts straight from the npm packages, without what only GOV.UK may show."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

GOVUK = "govuk-frontend/dist/govuk/govuk-frontend.min"
MOJ = "@ministryofjustice/frontend/moj"
FONT = "@fontsource/source-sans-3/files/source-sans-3"
SERVED = {
    "govuk/govuk-frontend.min.css": f"{GOVUK}.css",
    "govuk/govuk-frontend.min.js": f"{GOVUK}.js",
    "moj/moj-frontend.min.css": f"{MOJ}/moj-frontend.min.css",
    "moj/moj-frontend.min.js": f"{MOJ}/moj-frontend.min.js",
    **{
        f"source-sans-3/source-sans-3-{part}.woff2": f"{FONT}-{part}.woff2"
        for part in ("latin-400-normal", "latin-700-normal", "latin-ext-400-normal", "latin-ext-700-normal")
    },
}


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under names that carry their hash, so that browsers may keep them for ever."""


class NpmFinder(BaseFinder):
    """Finds the few files we serve out of node_modules, cleaned, and nothing else of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = Path(settings.STATE_DIR) / "assets"
        self.storage = FileSystemStorage(location=self.target)
        self.storage.prefix = ""  # type: ignore[attr-defined]
        self.files: dict[str, Path] = {}
        for name, source in self._sources():
            self.files[name] = self._prepared(name, source)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        if self.files:
            return []
        return [Warning("The front-end assets are not installed.", hint="Run ./start, or npm ci.", id="escalation.W001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.files.get(path)
        if find_all:
            return [str(found)] if found else []
        return str(found) if found else None

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in self.files:
            yield name, self.storage

    def _sources(self) -> Iterator[tuple[str, Path]]:
        npm = Path(settings.NPM_DIR)
        for name, source in SERVED.items():
            if (npm / source).is_file():
                yield name, npm / source
        for icon in sorted((npm / MOJ / "assets" / "images").glob("icon-*.svg")):
            yield f"moj/images/{icon.name}", icon

    def _prepared(self, name: str, source: Path) -> Path:
        target = self.target / name
        if target.exists() and target.stat().st_mtime >= max(source.stat().st_mtime, Path(__file__).stat().st_mtime):
            return target
        content = source.read_bytes()
        if name.endswith(".css"):
            content = clean_css(content.decode()).encode()
        elif name.endswith(".js"):
            content = re.sub(rb"//# sourceMappingURL=\S+", b"", content)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f"{target.suffix}.{id(self)}.part")
        part.write_bytes(content)
        part.replace(target)
        return target


def clean_css(css: str) -> str:
    """Our font in place of the one licensed to GOV.UK only, no crest, our own icons, no source map."""
    css = re.sub(r"@font-face\{font-family:[\"']?GDS Transport[^}]*\}", "", css)
    css = re.sub(r"[\"']?GDS Transport[\"']?", '"Source Sans 3"', css)
    css = re.sub(r"url\([\"']?/assets/images/(icon-[^\"')]+)[\"']?\)", r"url(images/\1)", css)
    css = re.sub(r"url\([\"']?/assets/[^)]*\)", "none", css)
    return re.sub(r"/\*# sourceMappingURL=[^*]*\*/", "", css)
