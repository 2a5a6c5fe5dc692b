import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import app
from app.core.errors import AppError

PROJECT = Path(__file__).resolve().parents[2]
CODE_ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
RAISED_HINT = re.compile(r"raise sqlstate 'PT(\d{3})'[^;]*?hint\s*=\s*'(\w+)'")
REFUSED_HINT = re.compile(r"private\.refuse\(\s*'(\d{3})',[^;]*?'(\w+)'\s*\);")


def list_errors() -> list[type[AppError]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    return [error for error in iter_subclasses(AppError) if error.__module__.startswith("app.")]


def iter_subclasses(error: type[AppError]) -> Iterator[type[AppError]]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from iter_subclasses(subclass)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in list_errors()]
    assert sorted(codes) == sorted(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_every_error_has_a_status_and_a_sentence() -> None:
    for error in list_errors():
        assert 400 <= error.status < 600, error
        assert error.title.endswith("."), error


def test_the_documentation_lists_exactly_the_codes() -> None:
    text = (PROJECT / "docs" / "errors.md").read_text()
    documented = {code: int(status) for code, status in CODE_ROW.findall(text)}
    assert documented == {error.code: error.status for error in list_errors()}


def test_every_hint_of_the_database_is_a_code_with_the_same_status() -> None:
    statuses = {error.code: error.status for error in list_errors()}
    text = "\n".join(
        path.read_text() for path in (PROJECT / "supabase" / "migrations").glob("*.sql")
    )
    found = RAISED_HINT.findall(text) + REFUSED_HINT.findall(text)
    hints = {hint: int(status) for status, hint in found}
    assert {"dependency_cycle", "no_tests_selected"} <= hints.keys()
    assert {hint: statuses.get(hint) for hint in hints} == hints
