"""Values of a JSON body that must match a JSON Schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.json_schema import (
    MAXIMUM_ERRORS,
    JsonSchema,
    SchemaError,
    compile_schema,
)
from app.engine.assertions.operators import show
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import CompiledPath, PathLimitError, compile_path, render_path
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult, AssertionType


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaCheck:
    """Validates what the path finds, the whole body by default: one result per error."""

    name: str
    schema: JsonSchema
    path: CompiledPath
    type: AssertionType = "schema"

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One passed result, or a failed one for each of the first errors."""
        try:
            errors = tuple(islice(self._iter_errors(response), MAXIMUM_ERRORS))
        except PathLimitError as error:
            return (self._report(self.path.text, str(error)),)
        return tuple(map(self._report_error, errors)) or (self._report(self.path.text, None),)

    def _iter_errors(self, response: Response) -> Iterator[SchemaError]:
        problem = response.json_problem
        if problem is not None:
            yield SchemaError((), problem.message, None, response.text)
            return
        places = self.path.locate(response.json)
        if not places:
            raise PathLimitError("nothing is there in the body")
        for place, value in zip(places, self.path.select(response.json), strict=True):
            for error in self.schema.iter_errors(value):
                yield SchemaError(
                    (*place, *error.place), error.message, error.expected, error.actual
                )

    def _report_error(self, error: SchemaError) -> AssertionResult:
        path = render_path(error.place)
        diff = f"{path}\n- {show(error.expected)}\n+ {show(error.actual)}"
        return self._report(path, error.message, error.expected, error.actual, diff)

    def _report(
        self,
        path: str,
        fault: str | None,
        expected: JsonValue = None,
        actual: JsonValue = None,
        diff: str | None = None,
    ) -> AssertionResult:
        return AssertionResult(
            name=self.name,
            type=self.type,
            operator="schema",
            path=path,
            expected=expected,
            actual=actual,
            passed=fault is None,
            message=None if fault is None else f"{self.name}: {path}: {fault}",
            diff=diff,
        )


def build_schema_check(
    schema: JsonValue, name: str, location: str, path: str | None = None
) -> SchemaCheck:
    """Raise InvalidExpectationError for what is not a schema or not a JSONPath."""
    return SchemaCheck(
        name=name,
        schema=compile_schema(schema, location),
        path=compile_path(path or "$", f"{location}.path"),
    )


def declare(declaration: Declaration) -> Check:
    """An assertion of type `schema`: `expected` is the schema, `path` finds what it is about."""
    if declaration.expected is None:
        raise InvalidExpectationError("needs a schema in expected", declaration.location)
    name = declaration.description or "schema"
    return build_schema_check(declaration.expected, name, declaration.location, declaration.path)
