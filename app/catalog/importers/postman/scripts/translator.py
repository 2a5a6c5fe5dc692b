"""Translates the scripts of a request: checks into assertions, variables into captures."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.javascript.errors import ScriptError
from app.catalog.importers.javascript.parser import parse_script
from app.catalog.importers.javascript.syntax import (
    Binary,
    Call,
    Declare,
    Do,
    Expression,
    Function,
    If,
    Literal,
    Member,
    Name,
    Return,
    Statement,
    Strange,
)
from app.catalog.importers.model import Notice
from app.catalog.importers.placeholders import list_names
from app.catalog.importers.postman.scope import Scope
from app.catalog.importers.postman.scripts.chains import translate_chain
from app.catalog.importers.postman.scripts.checks import Assertion, claim
from app.catalog.importers.postman.scripts.evaluation import Evaluator, find_dotted
from app.catalog.importers.postman.scripts.expectations import expect
from app.catalog.importers.postman.scripts.meanings import (
    Answer,
    Comparison,
    Constant,
    Meaning,
    Text,
    UnclearError,
)
from app.catalog.importers.sensitive import is_secret_value
from app.engine.json_values import JsonValue, render_text

MAXIMUM_SCRIPT_CHARACTERS: Final = 1_000_000
_STORES: Final = ("environment", "collectionVariables", "globals", "variables")
_SETTERS: Final = frozenset(
    (
        *(f"pm.{store}.set" for store in _STORES),
        *("postman.setEnvironmentVariable", "postman.setGlobalVariable"),
    )
)
_UNSETTERS: Final = frozenset(
    (
        *(f"pm.{store}.unset" for store in _STORES),
        *("postman.clearEnvironmentVariable", "postman.clearGlobalVariable"),
    )
)
_REVEALING: Final = ("eq", "ne", "contains", "not-contains")
_SENSITIVE: Final = re.compile(r"passw|pwd|secret|token|key|auth|cred|bearer|jwt", re.IGNORECASE)
# The excerpt may end within a text.
_QUOTED: Final = re.compile(r"""(["'`])[^"'`]*(?:\1|$)""")
_LONG_QUOTED: Final = re.compile(r"""(["'`])[^"'`]{24,}(?:\1|$)""")
_HARMLESS: Final = ("console.",)
_SUCCESSES: Final = tuple(
    Comparison(Answer("status"), "eq", Constant(code)) for code in range(200, 300)
)
_SOURCES: Final = {"header": "header", "cookie": "cookie"}
_WHOLE_SOURCES: Final = {"status": "status", "time": "duration", "text": "text"}


@dataclass(frozen=True, slots=True)
class Script:
    """A script and where it is in the collection."""

    source: str
    place: str


class Translator:
    """Goes through scripts as far as their characters together stay within a limit."""

    def __init__(self, scope: Scope, notices: list[Notice]) -> None:
        self._scope = scope
        self._notices = notices
        self._characters_left = MAXIMUM_SCRIPT_CHARACTERS
        self._parsed: dict[str, tuple[Statement, ...] | ScriptError] = {}
        self._told: set[tuple[str, str]] = set()

    def translate(self, draft: CaseDraft, script: Script) -> None:
        """Put into the draft what the script checks and keeps; the rest becomes notices."""
        if not script.source.strip():
            return
        self._characters_left -= len(script.source)
        if self._characters_left < 0:
            self._tell(script.place, "The scripts are too long altogether to be translated.")
            return
        statements = self._parse(script.source)
        if isinstance(statements, ScriptError):
            self._tell(f"{script.place} line {statements.line}", statements.text)
            return
        _Translation(self._scope, draft, script.place, self._tell).run(statements)

    def _parse(self, source: str) -> tuple[Statement, ...] | ScriptError:
        if source not in self._parsed:
            try:
                self._parsed[source] = parse_script(source)
            except ScriptError as error:
                self._parsed[source] = error
        return self._parsed[source]

    def _tell(self, place: str, text: str) -> None:
        """Scripts of folders are translated for each request, and told of once."""
        if (place, text) not in self._told:
            self._told.add((place, text))
            self._notices.append(Notice("not_imported", place, text))


class _Translation:
    """One script for one request."""

    def __init__(
        self, scope: Scope, draft: CaseDraft, place: str, tell: Callable[[str, str], None]
    ) -> None:
        self._scope = scope
        self._draft = draft
        self._place = place
        self._tell_at = tell
        self._variables: dict[str, Meaning | None] = {}
        self._evaluator = Evaluator(self._variables)
        self._title: str | None = None
        self._is_conditional = False
        self._may_be_missing: bool = False

    def run(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self._run_statement(statement)

    def _run_statement(self, statement: Statement) -> None:
        if isinstance(statement, Declare):
            self._declare(statement.name, statement.value)
        elif isinstance(statement, Strange):
            self._tell(statement.line, statement.text)
        elif isinstance(statement, If):
            self._run_branches(statement)
        elif isinstance(statement, Do):
            self._do(statement.expression, statement.line, statement.text)
        elif statement.value is not None:
            self._do_returned(statement)

    def _do_returned(self, statement: Return) -> None:
        if statement.value is not None and not isinstance(statement.value, Literal):
            self._do(statement.value, statement.line, "return ...")

    def _declare(self, name: str, value: Expression) -> None:
        """What cannot be told is told of where it is used."""
        try:
            self._variables[name] = self._evaluator.evaluate(value)
        except UnclearError:
            self._variables[name] = None

    def _run_branches(self, statement: If) -> None:
        """
        Values are kept if they are there; checks on a condition are none that can be imported.

        That the status is a good one is no condition: the case expects it.
        """
        outer = self._is_conditional, self._may_be_missing
        self._is_conditional = outer[0] or not self._is_success(statement.condition)
        self._may_be_missing = True
        self.run(statement.then)
        self._is_conditional, self._may_be_missing = outer
        for other in statement.otherwise:
            line = other.line
            self._tell(line, "What happens otherwise is left out.")

    def _is_success(self, condition: Expression) -> bool:
        try:
            return self._evaluator.evaluate(condition) in _SUCCESSES
        except UnclearError:
            return False

    def _do(self, expression: Expression, line: int, text: str) -> None:
        try:
            self._translate(expression)
        except UnclearError as error:
            self._tell(line, f"{text} ({error})")

    def _translate(self, expression: Expression) -> None:
        if isinstance(expression, Binary) and expression.operator == "=":
            self._assign(expression)
            return
        dotted = find_dotted(expression.callee) if isinstance(expression, Call) else None
        if isinstance(expression, Call) and dotted is not None:
            if dotted in ("pm.test", "tests", "it", "describe"):
                self._run_test(expression)
                return
            if dotted in _SETTERS:
                self._set(expression)
                return
            if dotted in _UNSETTERS:
                self._unset(expression)
                return
            if dotted.startswith(_HARMLESS):
                return
        assertions = translate_chain(expression, self._evaluator)
        if assertions is None:
            message = "It would have to be run."
            raise UnclearError(message)
        self._expect(assertions)

    def _run_test(self, call: Call) -> None:
        """The function of `pm.test`, in which the name of the test is what failures are called."""
        function = call.arguments[-1] if call.arguments else None
        if not isinstance(function, Function):
            message = "It is no test with a function."
            raise UnclearError(message)
        outer, self._title = self._title, self._read_title(call.arguments[0])
        known = dict(self._variables)
        self.run(function.body)
        self._title = outer
        self._variables.clear()
        self._variables.update(known)

    def _read_title(self, expression: Expression) -> str | None:
        try:
            return render_text(self._evaluator.evaluate_constant(expression))[:500]
        except UnclearError:
            return None

    def _assign(self, expression: Binary) -> None:
        """`tests["name"] = condition`, and variables that get another value."""
        target = expression.left
        if isinstance(target, Name):
            self._declare(target.name, expression.right)
            return
        if not isinstance(target, Member) or find_dotted(target.owner) != "tests":
            message = "It would have to be run."
            raise UnclearError(message)
        meaning = self._evaluator.evaluate(expression.right)
        if not isinstance(meaning, Comparison):
            message = "It says nothing about the answer."
            raise UnclearError(message)
        outer, self._title = self._title, self._read_title(target.name)
        self._expect(claim(meaning, "eq", Constant(True), negated=False))
        self._title = outer

    def _expect(self, assertions: list[Assertion]) -> None:
        if self._is_conditional:
            message = "It is checked on a condition"
            raise UnclearError(message)
        for assertion in assertions:
            hidden = self._hide(assertion)
            rendered = {name: self._render(value) for name, value in hidden.items()}
            expect(self._draft, rendered, self._title)

    def _hide(self, assertion: Assertion) -> Assertion:
        """What is expected of a secret is a secret."""
        expected = assertion.get("expected")
        if assertion.get("operator") not in _REVEALING or not isinstance(expected, str):
            return assertion
        place = str(assertion.get("path") or assertion.get("name") or "")
        return {**assertion, "expected": self._scope.hide(place, expected)}

    def _render(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            names = list_names(self._scope.expand(value))
            if any(self._scope.is_own(name, self._draft) for name in names):
                message = "It compares the answer with itself."
                raise UnclearError(message)
            return self._scope.render(value)
        if isinstance(value, list):
            return [self._render(item) for item in value]
        if isinstance(value, dict):
            return {name: self._render(item) for name, item in value.items()}
        return value

    def _set(self, call: Call) -> None:
        if len(call.arguments) < 2:
            message = "It sets nothing."
            raise UnclearError(message)
        name = self._evaluator.evaluate_constant(call.arguments[0])
        if not isinstance(name, str) or not name:
            message = "Its name cannot be told without running the script."
            raise UnclearError(message)
        value = self._evaluator.evaluate(call.arguments[1])
        if isinstance(value, Answer):
            self._capture(name, value)
        elif isinstance(value, Constant | Text) and not self._is_conditional:
            text = value.text if isinstance(value, Text) else render_text(value.value)
            self._scope.set(name, _label(text, name))
        else:
            message = "Its value cannot be told without running the script."
            raise UnclearError(message)

    def _capture(self, name: str, value: Answer) -> None:
        spec: dict[str, Any] = {}
        if value.is_length:
            message = "A length cannot be kept."
            raise UnclearError(message)
        if value.part == "json":
            spec["path"] = value.path
        elif value.part in _SOURCES:
            spec = {"from": _SOURCES[value.part], "name": value.path}
        elif value.part in _WHOLE_SOURCES:
            spec["from"] = _WHOLE_SOURCES[value.part]
        else:
            message = "This part of the answer cannot be kept."
            raise UnclearError(message)
        if self._may_be_missing:
            spec["required"] = False
        self._scope.capture(name, self._draft, spec)

    def _unset(self, call: Call) -> None:
        name = self._evaluator.evaluate_constant(call.arguments[0]) if call.arguments else None
        if isinstance(name, str):
            self._scope.unset(name)

    def _tell(self, line: int, text: str) -> None:
        self._tell_at(f"{self._place} line {line}", f"Not translated: {_mask(text)}")


def _mask(excerpt: str) -> str:
    """Return a line without the texts in it that may be secrets."""
    if _SENSITIVE.search(excerpt) or is_secret_value(excerpt):
        return _QUOTED.sub(r"\1...\1", excerpt)
    return _LONG_QUOTED.sub(r"\1...\1", excerpt)


def _label(text: str, name: str) -> str:
    """Within a request a dynamic value that was kept is the same wherever it stands."""
    plain = "".join(letter for letter in name if letter.isalnum() and letter.isascii())[:60]
    if text.startswith("{{$") and text.endswith("}}") and "#" not in text and plain:
        return f"{text[:-2]}#{plain}}}}}"
    return text
