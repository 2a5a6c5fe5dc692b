"""Whether a delivery starts anything: conditions on its payload and headers."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from app.engine.json_values import JsonValue as EngineValue
from app.engine.json_values import is_equal, render_json
from app.hooks.paths import Path, select_values
from app.hooks.signatures.message import Message, SignatureMismatchError
from app.hooks.signatures.scheme import HEADER_NAME
from app.web.fields import RequestModel

MAXIMUM_WANTED = 100
MAXIMUM_WANTED_BYTES = 4_000


def _check_size(values: list[JsonValue]) -> list[JsonValue]:
    if any(len(render_json(value)) > MAXIMUM_WANTED_BYTES for value in values):
        message = f"a value has at most {MAXIMUM_WANTED_BYTES} characters as JSON"
        raise ValueError(message)
    return values


class Condition(RequestModel):
    """A value of the payload, or a header, that there must be, and what it must be."""

    path: Annotated[
        Path | None,
        Field(examples=["$.action"], description="Any value that it finds may fulfil it."),
    ] = None
    header: Annotated[str | None, Field(pattern=HEADER_NAME, examples=["X-GitHub-Event"])] = None
    any_of: Annotated[
        list[JsonValue] | None,
        Field(
            min_length=1,
            max_length=MAXIMUM_WANTED,
            examples=[["published"]],
            description="One of these; without it, anything.",
        ),
        AfterValidator(lambda values: None if values is None else _check_size(values)),
    ] = None

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if (self.path is None) == (self.header is None):
            message = "either path or header is needed"
            raise ValueError(message)
        return self

    def is_fulfilled(self, message: Message, payload: EngineValue) -> bool:
        """Say whether the delivery has it; raises `HookMappingError` when that is too hard to tell."""
        found = self._find_values(message, payload)
        if self.any_of is None:
            return bool(found)
        return any(is_equal(value, wanted) for value in found for wanted in self.any_of)

    def describe(self) -> str:
        """Return what is looked for, for the log."""
        wanted = "anything" if self.any_of is None else render_json(list(self.any_of))
        return f"{self.path or self.header}: {wanted}"[:500]

    def _find_values(self, message: Message, payload: EngineValue) -> Sequence[EngineValue]:
        if self.header is None:
            return select_values(self.path or "$", payload, "when")
        try:
            value = message.find(self.header)
        except SignatureMismatchError:
            return []  # twice there, so nobody knows which of both counts
        return [] if value is None else [value.decode("latin-1").strip()]


def find_unfulfilled(
    conditions: Sequence[Condition], message: Message, payload: EngineValue
) -> Condition | None:
    """Return the first condition that the delivery does not fulfil."""
    unfulfilled = (item for item in conditions if not item.is_fulfilled(message, payload))
    return next(unfulfilled, None)
