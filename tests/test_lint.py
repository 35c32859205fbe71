"""The checks that need no running product: style, types, layers, migrations, lock files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = {
    "types": [str(BIN / "mypy")],
    "layers": [str(BIN / "lint-imports"), "--no-cache"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "style": [str(BIN / "ruff"), "check", "--quiet", "."],
    "unsafe calls": [
        str(BIN / "bandit"), "-c", "pyproject.toml", "-q", "-r", "cases", "escalation", "decisions", "scripts", "manage.py"
    ],
    "deployment": [sys.executable, "manage.py", "check"],
}
PRODUCTION: dict[str, str | None] = {
    "DJANGO_ALLOW_ASYNC_UNSAFE": None,
    "DEMO": "0",
    "SECRET_KEY": "kept-by-nobody-abcdefghijklmnopqrstuvwxyz-0123456789",
    "ALLOWED_HOSTS": "disputes.example.org",
    "BASE_URL": "https://disputes.example.org",
    "EMAIL_URL": "smtp://mail.example.org",
    "CLAMAV_URL": "tcp://clamav.example.org:3310",
    "BREACHED_PASSWORDS": str(BASE / "tests" / "breached_passwords.txt"),
    "AUDIT_SIGNING_KEY": "c2lnbmVkLWJ5LW5vYm9keS1pbi10aGVzZS10ZXN0cyE=",
    "SECOND_FACTOR_KEY": "c2VhbGVkLWJ5LW5vYm9keS1pbi10aGVzZS10ZXN0cyE=",
    "SAFE_ADDRESS_KEY": "c2FmZS1mcm9tLWFueWJvZHktaW4tdGhlc2UtdGVzdHM=",
}


@pytest.mark.parametrize("name", CHECKS)
def test_check(name: str) -> None:
    done = subprocess.run(CHECKS[name], cwd=BASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def check_in_production(**changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run Django's deployment checks under production settings, some of them changed or left out."""
    wanted = {**os.environ, "DJANGO_SETTINGS_MODULE": "escalation.settings", **PRODUCTION, **changed}
    environment = {name: value for name, value in wanted.items() if value is not None}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, check=False)


def test_production_settings_pass_the_deployment_checks() -> None:
    done = check_in_production()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"DEBUG": "1"}, "DEBUG must not be on in production"),
        ({"SECRET_KEY": None}, "SECRET_KEY must be your own"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be your own"),
        ({"ALLOWED_HOSTS": None}, "Set ALLOWED_HOSTS and BASE_URL"),
        ({"EMAIL_URL": None}, "Set EMAIL_URL"),
        ({"AUDIT_SIGNING_KEY": None}, "Set AUDIT_SIGNING_KEY"),
        ({"SECOND_FACTOR_KEY": None}, "Set SECOND_FACTOR_KEY"),
        ({"SAFE_ADDRESS_KEY": None}, "Set SAFE_ADDRESS_KEY"),
        ({"CLAMAV_URL": None}, "Set CLAMAV_URL to your ClamAV"),
    ],
)
def test_production_refuses_what_only_a_demonstration_may_have(changed: dict[str, str | None], words: str) -> None:
    done = check_in_production(**changed)
    assert done.returncode != 0
    assert words in done.stderr


@pytest.mark.parametrize("lock", [*BASE.glob("requirements*.txt"), BASE / "package-lock.json"], ids=lambda lock: lock.name)
def test_lock_files_hold_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text()
    without_funding = re.sub(r'"funding": (\{[^}]*\}|\[[^\]]*\]|"[^"]*")', "", text)
    assert "://" not in without_funding
    assert "sha512-" in text or "--hash=sha256:" in text
