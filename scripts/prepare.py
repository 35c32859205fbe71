"""Python packages and front-end assets from the locks of this checkout; only the standard library is needed."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
TOOLS = BASE / ".tools"
VENV = BASE / ".venv"
LOCKS = {"start": "requirements.txt", "test": "requirements-dev.txt"}


def main(purpose: str) -> None:
    """Bring .venv and node_modules to what the lock files say; nothing happens when they are there already."""
    lock = BASE / LOCKS[purpose]
    if not is_done(VENV, lock):
        with Step("Python packages"):
            install_python_packages(lock)
    assets = BASE / "node_modules"
    if not is_done(assets, BASE / "package-lock.json"):
        with Step("Front-end assets"):
            install_assets()
            mark_done(assets, BASE / "package-lock.json")


class Step:
    """Says what takes a while, and how long it took."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = time.monotonic()

    def __enter__(self) -> None:
        print(f"{self.name} …", end=" ", flush=True)

    def __exit__(self, kind: object, *rest: object) -> None:
        print("failed." if kind else f"done in {time.monotonic() - self.began:.1f} s.", flush=True)


def install_python_packages(lock: Path) -> None:
    uv = find_uv()
    python = VENV / "bin" / "python"
    if not works(python):
        run([uv, "venv", "--quiet", "--clear", "--python", base_python(), str(VENV)])
    run([uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(lock)])
    mark_done(VENV, lock)
    if lock.name == LOCKS["test"]:
        mark_done(VENV, BASE / LOCKS["start"])


def find_uv() -> str:
    """The pinned uv of this checkout."""
    lock = BASE / "requirements-tools.txt"
    if not is_done(TOOLS, lock):
        install_tool(lock)
    return str(TOOLS / "bin" / "uv")


def find_npm() -> list[str]:
    """The machine's npm, or one from a wheel."""
    if found := shutil.which("npm"):
        return [found]
    lock = BASE / "requirements-node.txt"
    if not is_done(TOOLS, lock):
        run(
            [
                find_uv(),
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--python",
                str(TOOLS / "bin" / "python"),
                "-r",
                str(lock),
            ]
        )
        mark_done(TOOLS, lock)
    return [str(TOOLS / "bin" / "npm")]


def install_tool(lock: Path) -> None:
    python = TOOLS / "bin" / "python"
    if not works(python):
        run([base_python(), "-m", "venv", "--clear", str(TOOLS)])
    run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(lock)])
    mark_done(TOOLS, lock)


def install_assets() -> None:
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    run([*find_npm(), "ci", *options])


def base_python() -> str:
    return getattr(sys, "_base_executable", sys.executable)


def works(python: Path) -> bool:
    """Whether this interpreter still runs: a checkout may have moved, or the system's Python gone."""
    try:
        return subprocess.run([python, "-c", "pass"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def stamp(directory: Path, lock: Path) -> Path:
    return directory / f".installed-{lock.name}"


def signature(directory: Path, lock: Path) -> str:
    return f"{directory} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def is_done(directory: Path, lock: Path) -> bool:
    """Whether this directory was filled from this very lock, and has not been moved since."""
    mark = stamp(directory, lock)
    return mark.exists() and mark.read_text() == signature(directory, lock)


def mark_done(directory: Path, lock: Path) -> None:
    stamp(directory, lock).write_text(signature(directory, lock))


def run(command: list[str]) -> None:
    """Run it quietly; on failure show what it said."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=BASE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(f"\n{' '.join(command[:4])} … ended with {done.returncode}:\n{done.stdout[-3000:]}", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1])
