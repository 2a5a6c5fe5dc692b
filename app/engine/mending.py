"""Finds everything that the templates of a test miss, and puts stand-ins in its place."""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from app.engine.auth import AuthSpec
from app.engine.authentication.settings import CREDENTIAL_LOCATION
from app.engine.document import Document
from app.engine.errors import MissingValueError, TemplateError
from app.engine.json_values import MAXIMUM_DEPTH, JsonObject, JsonValue
from app.engine.templates import Expression, Template, ValuePath, ValueSource, parse_template
from app.engine.templates.parser import OPEN
from app.engine.templates.roots import ENVIRONMENT
from app.engine.templates.template import Part

# Where a planned test may hold templates.
FIELDS = (
    *("path", "headers", "query_params", "path_params", "cookies", "body"),
    *("auth", "transfer", "expected_status_code", "expected_headers", "expected_body"),
)
FIELDS_OF_ASSERTIONS = ("path", "name", "expected", "masks")
LONGEST_STAND_IN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """
    One expression that has no value: where it stands, what it names, why it has none.

    The `path` is None when it names something, but what it makes of it fails. `existing` are the
    names that are there. Its texts may hold secrets.
    """

    location: str
    expression: str
    message: str
    path: ValuePath | None = None
    existing: tuple[str, ...] = ()


class Mender:
    """
    Reads templates with the values of `source`; the `gaps` are those it met.

    The values of the variables `hidden` are not known: what filters make of them is no gap.
    """

    def __init__(self, source: ValueSource, hidden: Set[str] = frozenset()) -> None:
        self._source = source
        self._hidden = hidden
        self.gaps: list[Gap] = []

    def mend_test(self, document: Mapping[str, JsonValue]) -> JsonObject:
        """The planned test with every expression that has no value as the text of itself."""
        mended = dict(document)
        for name in FIELDS:
            if name in mended:
                mended[name] = self.mend(mended[name], name)
        credential = AuthSpec.from_document(Document(document)).template
        if credential is not None:
            self.mend(credential, CREDENTIAL_LOCATION)
        mended["assertions"] = self._mend_assertions(mended.get("assertions"), "assertions")
        poll = mended.get("poll")
        if isinstance(poll, dict):
            until = self._mend_assertions(poll.get("until"), "poll.until")
            mended["poll"] = {**poll, "until": until}
        return mended

    def mend(self, value: JsonValue, location: str, depth: int = 0) -> JsonValue:
        """A value with its stand-ins; one that is nested too deep is left for others to refuse."""
        if isinstance(value, str):
            return self._mend_text(value, location)
        if depth > MAXIMUM_DEPTH:
            return value
        if isinstance(value, list):
            return [
                self.mend(item, f"{location}[{index}]", depth + 1)
                for index, item in enumerate(value)
            ]
        if isinstance(value, dict):
            return {
                self._mend_text(name, location): self.mend(item, f"{location}.{name}", depth + 1)
                for name, item in value.items()
            }
        return value

    def _mend_assertions(self, value: JsonValue, location: str) -> JsonValue:
        if not isinstance(value, list):
            return value
        return [
            self._mend_assertion(item, f"{location}[{index}]") for index, item in enumerate(value)
        ]

    def _mend_assertion(self, value: JsonValue, location: str) -> JsonValue:
        if not isinstance(value, dict):
            return value
        names = [name for name in FIELDS_OF_ASSERTIONS if name in value]
        return value | {name: self.mend(value[name], f"{location}.{name}") for name in names}

    def _mend_text(self, text: str, location: str) -> str:
        if OPEN not in text:
            return text
        try:
            template = parse_template(text)
        except TemplateError as error:
            self.gaps.append(Gap(location=location, expression=text, message=error.message))
            return _write_literal(text)
        return self._mend_template(template, location)

    def _mend_template(self, template: Template, location: str) -> str:
        return "".join(
            _write_literal(part) if isinstance(part, str) else self._mend_part(part, location)
            for part in template.parts
        )

    def _mend_part(self, part: ValuePath | Expression, location: str) -> str:
        missing = [
            _describe(path, error, part.text, location) for path, error in self._list_missing(part)
        ]
        if not missing:
            try:
                part.evaluate(self._source)
            except TemplateError as error:
                hidden = self._find_hidden(part)
                if hidden is not None:
                    return f"{OPEN}{hidden.text}}}}}"
                missing = [_describe(None, error, part.text, location)]
        self.gaps += missing
        return _write_stand_in(part.text) if missing else f"{OPEN}{part.text}}}}}"

    def _list_missing(
        self, part: ValuePath | Expression
    ) -> Iterator[tuple[ValuePath, TemplateError]]:
        for path, is_optional in _iter_paths(part):
            if is_optional:
                continue
            try:
                self._source.resolve(path)
            except TemplateError as error:
                if not self._is_hidden(path):
                    yield path, error

    def _find_hidden(self, part: Part) -> ValuePath | None:
        return next((path for path, _ in _iter_paths(part) if self._is_hidden(path)), None)

    def _is_hidden(self, path: ValuePath) -> bool:
        return path.root == ENVIRONMENT and path.steps[:1] != () and path.steps[0] in self._hidden


def _iter_paths(part: Part) -> Iterator[tuple[ValuePath, bool]]:
    if isinstance(part, ValuePath):
        yield part, False
    elif isinstance(part, Expression):
        for reference in part.references:
            yield reference.path, reference.is_optional


def _describe(path: ValuePath | None, error: TemplateError, expression: str, location: str) -> Gap:
    existing = error.existing if isinstance(error, MissingValueError) else ()
    return Gap(
        location=location,
        expression=expression,
        message=error.message,
        path=path,
        existing=existing,
    )


def _write_literal(text: str) -> str:
    return text.replace(OPEN, f"\\{OPEN}")


def _write_stand_in(expression: str) -> str:
    """An expression with the text of the one that has no value, so that nothing else reads it."""
    shown = f"{OPEN}{expression[:LONGEST_STAND_IN]}}}}}"
    return f"{OPEN}{json.dumps(shown, ensure_ascii=False)}}}}}"
