"""What Bruno expects of an answer and keeps of it."""

from typing import Any, Final

from app.catalog.importers.bruno.asserts import build_assertion, read_expression
from app.catalog.importers.bruno.meanings import Answer, UnclearError
from app.catalog.importers.bruno.model import Field, Item, Script, ScriptKind
from app.catalog.importers.bruno.scope import Inliner
from app.catalog.importers.bruno.scripts import Found, read_statements
from app.catalog.importers.composing.requests import ANY_STATUS, RequestComposer
from app.catalog.importers.javascript.errors import ScriptError
from app.catalog.importers.javascript.parser import parse_script
from app.catalog.importers.sensitive import is_secret_name
from app.engine.json_values import JsonValue

_MOST_LINES_TOLD: Final = 20
_TIMES: Final[dict[ScriptKind, str]] = {
    "before": "before the request",
    "after": "after the answer",
    "other": "at other times",
}


class ScriptBook:
    """What the scripts of a collection say; folders share theirs with many requests."""

    def __init__(self) -> None:
        self._found: dict[str, Found | None] = {}

    def read(self, script: Script) -> Found | None:
        """Return what a script says; None when none of it is understood."""
        if script.code not in self._found:
            try:
                self._found[script.code] = read_statements(parse_script(script.code))
            except ScriptError:
                self._found[script.code] = None
        return self._found[script.code]


class AnswerWriter:
    """Writes the expectations and captures of one request."""

    def __init__(self, composer: RequestComposer, inliner: Inliner, scripts: ScriptBook) -> None:
        self._composer = composer
        self._inliner = inliner
        self._scripts = scripts
        self._captured: list[tuple[str, str]] = []

    def write(self, item: Item) -> list[tuple[str, str]]:
        """Fill in the response of the draft; return the names and paths of what is kept."""
        enabled = [field for field in item.assertions if field.enabled]
        for field in self._composer.cut(enabled, "assertions"):
            self._write_assertion(field)
        captures = [field for field in item.captures if field.enabled]
        for field in self._composer.cut(captures, "captures"):
            self._write_variable(field)
        for script in item.own.scripts:
            self._write_script(script)
        self._expect_status()
        return self._captured

    def _write_assertion(self, field: Field) -> None:
        try:
            self._add(build_assertion(Field(field.name, self._inliner.inline(field.value))))
        except UnclearError:
            text = f"The assertion {field.name[:100]} would have to be run."
            self._composer.tell("not_imported", text)

    def _write_variable(self, field: Field) -> None:
        name = field.name.removeprefix("@")
        try:
            meaning = read_expression(field.value)
            if not isinstance(meaning, Answer) or meaning.is_length:
                raise UnclearError
            self._capture(name, meaning)
        except UnclearError:
            text = f"The variable {name[:100]} would have to be computed by a script."
            self._composer.tell("not_imported", text)

    def _write_script(self, script: Script) -> None:
        found = self._scripts.read(script) if script.kind == "after" else None
        if found is None:
            text = f"A script that runs {_TIMES[script.kind]}."
            self._composer.tell("not_imported", text, self._locate(script))
            return
        for assertion in self._composer.cut(found.assertions, "assertions"):
            self._add(assertion)
        for name, meaning in self._composer.cut(found.captures, "captures"):
            self._capture_from_script(name, meaning)
        for line in found.strange[:_MOST_LINES_TOLD]:
            text = f"Line {line} of a script would have to be run."
            self._composer.tell("not_imported", text, self._locate(script, line))

    def _locate(self, script: Script, line: int = 1) -> str | None:
        return f"line {script.line + line - 1}" if script.line else None

    def _capture_from_script(self, name: str, meaning: Answer) -> None:
        try:
            self._capture(name, meaning)
        except UnclearError:
            text = f"The variable {name[:100]} would have to be computed by a script."
            self._composer.tell("not_imported", text)

    def _capture(self, name: str, meaning: Answer) -> None:
        spec = _build_capture(meaning)
        if is_secret_name(name):
            spec["secret"] = True
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
        is_plain = set(spec) == {"path"}
        wanted = plain[:100] or "value"
        path = self._composer.draft.add_capture(wanted, spec["path"] if is_plain else spec)
        self._captured.append((name, path))

    def _add(self, assertion: dict[str, Any]) -> None:
        if "expected" in assertion:
            name = str(assertion.get("path") or assertion.get("name") or "")
            assertion = {**assertion, "expected": self._write_value(assertion["expected"], name)}
        if assertion not in self._composer.draft.response.get("assertions", []):
            self._composer.draft.add_assertion(**assertion)

    def _write_value(self, value: JsonValue, name: str) -> JsonValue:
        if isinstance(value, str):
            return self._composer.hider.write(name, self._inliner.inline(value))
        if isinstance(value, list):
            return [self._write_value(item, name) for item in value]
        if isinstance(value, dict):
            return {key: self._write_value(item, key) for key, item in value.items()}
        return value

    def _expect_status(self) -> None:
        """Other operators and other statuses need every status to be let through."""
        response = self._composer.draft.response
        assertions: list[dict[str, Any]] = response.get("assertions", [])
        statuses = [entry for entry in assertions if entry["type"] == "status-code"]
        if not statuses:
            self._composer.suggest_status()
            return
        first = statuses[0]
        is_code = first["operator"] == "eq" and type(first.get("expected")) is int
        if is_code and 100 <= first["expected"] <= 599:
            assertions.remove(first)
            response["expected_status_code"] = first["expected"]
        else:
            response["expected_status_code"] = list(ANY_STATUS)


def _build_capture(meaning: Answer) -> dict[str, Any]:
    if meaning.part == "body":
        return {"path": meaning.path}
    if meaning.part == "header":
        return {"from": "header", "name": meaning.path}
    if meaning.part in ("status", "duration"):
        return {"from": meaning.part}
    raise UnclearError
