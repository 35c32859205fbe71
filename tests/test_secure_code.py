"""What no code of the product may do, each rule with the places that are excepted and why (bandit sees only part of it)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_codebase import BASE, functions, product_sources, tracked

Found = Iterator[tuple[str, int]]

# Where markup is made outside of a template; what goes in was escaped before.
MAKES_MARKUP = {
    ("cases/templatetags/form_components.py", "draw"),  # the finished output of a component's own template
    ("cases/templatetags/components.py", "summary_list"),  # takes one class out of rows that were drawn a moment ago
}
# SQL with names filled in; the names are the models' or this module's own, values go as parameters.
FILLS_IN_NAMES = {
    ("cases/together.py", "execute"),
    ("escalation/embedded.py", "execute"),  # roles and a database of the embedded server, constants of the module
}
READS_CSV = {"cases/people_file.py"}  # which guards every cell that it writes (ASVS 1.2.10)
REDIRECTS = {"redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect"}
FROM_OUTSIDE = re.compile(r"request\.(GET|POST|META|headers|COOKIES|get_full_path)")
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "telnetlib", "ftplib"}
UNSAFE_CALLS = {"eval", "exec", "__import__", "csrf_exempt", "mark_safe", "RawSQL", "extra", "raw", "system", "popen"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# Words that hold what somebody wrote, or lead to it.
NOT_FOR_LOGS = {
    "POST", "GET", "FILES", "META", "COOKIES", "body", "data", "headers", "cleaned_data", "get_full_path", "build_absolute_uri",
    "path", "full_path", "name", "email", "address", "text", "reason", "worry", "answer", "message", "person", "initials",
    "session", "token", "password",
}  # fmt: skip


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product, read."""
    for file in product_sources():
        yield str(file.relative_to(BASE)), ast.parse(file.read_text())


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def owner(call: ast.Call) -> str:
    """What a method is called on, as a plain name."""
    target = call.func.value if isinstance(call.func, ast.Attribute) else None
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def in_calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_fixed(node: ast.AST) -> bool:
    """Words that stand in the code: a string, several in a row, or the name of a constant."""
    if isinstance(node, ast.Constant):
        return True
    return isinstance(node, ast.Name | ast.Attribute) and getattr(node, "id", getattr(node, "attr", "")).isupper()


def markup_made(name: str, tree: ast.AST) -> Found:
    """Text declared to be markup, and format_html whose words are not fixed."""
    for function in functions(tree):
        for call in in_calls(function):
            made = called(call) in {"SafeString", "SafeText", "format_html"} and not (call.args and is_fixed(call.args[0]))
            if made and (name, function.name) not in MAKES_MARKUP:
                yield f"{function.name} makes markup", call.lineno


def sql_built(name: str, tree: ast.AST) -> Found:
    for call in in_calls(tree):
        known = (name, called(call)) in FILLS_IN_NAMES
        if called(call) in {"execute", "executemany"} and call.args and not is_fixed(call.args[0]) and not known:
            yield "SQL made from pieces", call.lineno


def unsafe_calls(name: str, tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name.partition(".")[0] in UNSAFE_MODULES | ({"csv"} if name not in READS_CSV else set()):
                    yield f"imports {one.name}", node.lineno
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in UNSAFE_MODULES | {"csv"}:
            yield f"imports {node.module}", node.lineno
        elif isinstance(node, ast.Call) and called(node) in UNSAFE_CALLS :
            yield f"calls {called(node)}", node.lineno


def yaml_with_objects(name: str, tree: ast.AST) -> Found:
    """YAML only by its safe loaders."""
    for call in in_calls(tree):
        if owner(call) == "yaml" and called(call) in {"load", "load_all", "unsafe_load", "full_load", "Loader", "FullLoader"}:
            yield f"yaml.{called(call)}", call.lineno


def shells(name: str, tree: ast.AST) -> Found:
    """A program is started with a list of words, never through a shell."""
    for call in in_calls(tree):
        if any(word.arg == "shell" for word in call.keywords):
            yield "starts a shell", call.lineno


def words_in_logs(name: str, tree: ast.AST) -> Found:
    """A log line is fixed words with ids filled in by the logger."""
    for call in in_calls(tree):
        if owner(call) not in {"log", "logger"} or called(call) not in LEVELS:
            continue
        if not is_fixed(call.args[0]):
            yield "the words of a log line are not fixed", call.lineno
        for node in (inner for part in call.args[1:] for inner in ast.walk(part)):
            if isinstance(node, ast.Attribute) and node.attr in NOT_FOR_LOGS:
                yield f"logs .{node.attr}", call.lineno


def doors_past_the_reader(name: str, tree: ast.AST) -> Found:
    """In a door nothing is fetched by what the address says but through what its reader may see."""
    if not {"views", "api"} & set(Path(name).parts):
        return
    for call in in_calls(tree):
        fetches = called(call) == "get" and owner(call) == "objects"
        if fetches or called(call) in {"get_object_or_404", "get_list_or_404"}:
            yield f"{ast.unparse(call.func)} by an address", call.lineno


def open_redirects(name: str, tree: ast.AST) -> Found:
    """Nobody is sent where the request says, unless Django found the place to be on this host."""
    for function in functions(tree):
        text = ast.unparse(function)
        if "url_has_allowed_host_and_scheme" in text or "url_is_safe" in text:
            continue
        for call in in_calls(function):
            if called(call) in REDIRECTS and any(FROM_OUTSIDE.search(ast.unparse(part)) for part in call.args):
                yield "redirects to what the request says", call.lineno


RULES: list[Callable[[str, ast.AST], Found]] = [
    markup_made, sql_built, unsafe_calls, yaml_with_objects, shells, words_in_logs, doors_past_the_reader, open_redirects,
]  # fmt: skip


def test_no_module_breaks_a_rule() -> None:
    found = [f"{name}:{line}: {what}" for name, tree in trees() for rule in RULES for what, line in rule(name, tree)]
    assert not found, "\n".join(found)


BROKEN = {
    "markup_made": "def f(x):\n    return SafeString(x)",
    "sql_built": "cursor.execute(f'SELECT {x}')",
    "unsafe_calls": "from pickle import loads",
    "yaml_with_objects": "yaml.load(x)",
    "shells": "subprocess.run(x, shell=True)",
    "words_in_logs": "log.info('%s', request.POST)",
    "doors_past_the_reader": "Dispute.objects.get(pk=pk)",
    "open_redirects": "def f(request):\n    return redirect(request.GET['next'])",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_sees_what_breaks_it(rule: Callable[[str, ast.AST], Found]) -> None:
    assert list(rule("cases/views/new.py", ast.parse(BROKEN[rule.__name__])))


def test_templates_escape_everything() -> None:
    """Plain-text e-mails alone are not escaped: they are not markup."""
    unescaped = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
    for file in tracked("templates/*"):
        if file.suffix == ".html":
            assert not unescaped.search(file.read_text()), file


def test_background_jobs_are_given_nothing() -> None:
    """What a job works on it finds in the database: no argument can carry a name to the broker or into its logs."""
    for name, tree in trees():
        if Path(name).name == "tasks.py":
            assert not [one.name for one in functions(tree) if one.args.args or one.args.kwonlyargs], name
