"""One database per test process, copied from one migrated template, and emptied after tests that commit."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from escalation.embedded import DATABASE, OWNER_ROLE, SUPERUSER
from tests import clock
from tests.services import checkpoint_file, database_name, services

BASE = Path(__file__).resolve().parent.parent
MADE_OF = ("*/migrations/*.py", "*/models/*.py", "escalation/roles.sql", "requirements*.txt", "tests/database.py")

kept_tables: set[str] = set()


def prepare() -> None:
    """Copy the migrated template into this process's own database and connect to it as the web role."""
    _migrate_template()
    with _lock(), psycopg.connect(services().url(SUPERUSER, "postgres"), autocommit=True) as connection:
        names = {"copy": sql.Identifier(database_name()), "template": sql.Identifier(DATABASE)}
        names["owner"] = sql.Identifier(OWNER_ROLE)
        connection.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {template} OWNER {owner}").format(**names))
    connections["default"].settings_dict["NAME"] = database_name()
    os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].replace(f"/{DATABASE}?", f"/{database_name()}?")
    with psycopg.connect(services().url(SUPERUSER, database_name())) as connection:
        connection.execute(clock.SHADOW)
        alter = sql.SQL("ALTER DATABASE {} SET search_path = {}")
        connection.execute(alter.format(sql.Identifier(database_name()), sql.SQL(clock.SEARCH_PATH)))
        kept_tables.update(_tables_with_rows(connection))


def empty() -> None:
    """Empty every table a test wrote to, guards against emptying included, and what it left outside the database."""
    checkpoint_file().unlink(missing_ok=True)
    with psycopg.connect(services().url(SUPERUSER, database_name())) as connection:
        written = _tables_with_rows(connection) - kept_tables
        if not written:
            return
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '60s'")
        tables = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(written))
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))


def _migrate_template() -> None:
    """Fill the template: from the dump that an earlier run left, as long as migrations and models are the same, or anew."""
    done = Path(services().state) / "migrated"
    with _lock():
        if done.exists():
            return
        if (kept := _dump_of_these_migrations()).exists():
            _run("psql", "--quiet", "--output", os.devnull, "--set", "ON_ERROR_STOP=1", "--file", str(kept))
        else:
            _migrate()
            kept.parent.mkdir(exist_ok=True)
            part = kept.with_suffix(f".{os.getpid()}")
            _run("pg_dump", "--file", str(part))
            part.replace(kept)
            _forget_all_but_the_newest(kept.parent)
        done.touch()


def _migrate() -> None:
    connection = connections["default"]
    role = connection.settings_dict["USER"]
    connection.settings_dict["USER"] = OWNER_ROLE
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    connection.settings_dict["USER"] = role


def _dump_of_these_migrations() -> Path:
    sha = hashlib.sha256()
    for file in sorted(found for pattern in MADE_OF for found in BASE.glob(pattern)):
        sha.update(str(file.relative_to(BASE)).encode() + b"\0" + file.read_bytes())
    return BASE / ".tools" / f"migrated-{sha.hexdigest()[:16]}.sql"


def _forget_all_but_the_newest(directory: Path, keep: int = 5) -> None:
    """Other runs in this checkout may be reading one of the last few."""
    for old in sorted(directory.glob("migrated-*.sql"), key=lambda file: file.stat().st_mtime)[:-keep]:
        old.unlink(missing_ok=True)


def _run(program: str, *arguments: str) -> None:
    where = ["--host", str(services().sockets), "--username", SUPERUSER, "--dbname", DATABASE]
    subprocess.run([str(services().program(program)), *where, *arguments], check=True, timeout=120)


def _tables_with_rows(connection: psycopg.Connection) -> set[str]:
    found = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    names = [row[0] for row in found]
    if not names:
        return set()
    question = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name)) for name in names
    )
    return {row[0] for row in connection.execute(question)}


@contextmanager
def _lock() -> Iterator[None]:
    with (Path(services().state) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
