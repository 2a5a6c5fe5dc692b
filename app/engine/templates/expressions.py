"""What stands between `{{` and `}}`, compiled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from app.engine.errors import MissingValueError, TemplateError
from app.engine.json_values import JsonValue
from app.engine.templates.dynamic_values import DYNAMIC_VALUES, Generator
from app.engine.templates.filters import FILTERS
from app.engine.templates.functions import InvalidArgumentError
from app.engine.templates.paths import ValuePath, ValueSource


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, true, false or null."""

    value: JsonValue

    def evaluate(self, source: ValueSource) -> JsonValue:
        """The value itself."""
        del source
        return self.value


WORK_PER_RANDOM_CHARACTER = 32

Argument: TypeAlias = Literal | ValuePath


@dataclass(frozen=True, slots=True)
class DynamicCall:
    """`$name(arguments)#label`: with a label, the same value wherever the label is used."""

    name: str
    arguments: tuple[Argument, ...]
    label: str | None

    def evaluate(self, source: ValueSource) -> JsonValue:
        """A new value; raise InvalidArgumentError for arguments it cannot take."""
        evaluation = source.evaluation
        generator = Generator(evaluation.get_random(self.label), evaluation.clock)
        values = [argument.evaluate(source) for argument in self.arguments]
        value = DYNAMIC_VALUES[self.name].call((generator,), values)
        evaluation.spend(WORK_PER_RANDOM_CHARACTER * len(value) if isinstance(value, str) else 1)
        return value


@dataclass(frozen=True, slots=True)
class FilterCall:
    """`| name(arguments)`."""

    name: str
    arguments: tuple[Argument, ...]

    def apply(self, value: JsonValue, source: ValueSource, inputs: list[JsonValue]) -> JsonValue:
        """What the filter makes of a value; `inputs` collects the arguments it read."""
        arguments = [argument.evaluate(source) for argument in self.arguments]
        inputs += arguments
        return FILTERS[self.name].apply(value, arguments)


@dataclass(frozen=True, slots=True)
class Default:
    """`| default(argument)`: stands in for what is missing or null."""

    argument: Argument

    def apply(self, value: JsonValue, source: ValueSource, inputs: list[JsonValue]) -> JsonValue:
        """The value, or the argument when there is none."""
        if value is not None:
            return value
        inputs.append(self.argument.evaluate(source))
        return inputs[-1]


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that a template uses; the test can do without an optional one."""

    path: ValuePath
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Expression:
    """An operand and the filters that its value passes."""

    operand: Argument | DynamicCall
    filters: tuple[FilterCall | Default, ...]
    text: str

    def evaluate(self, source: ValueSource) -> JsonValue:
        """The value; TemplateError begins with the expression."""
        try:
            return self._evaluate(source)
        except InvalidArgumentError as error:
            raise TemplateError(f"{{{{{self.text}}}}}: {error}") from None

    @property
    def references(self) -> Iterator[Reference]:
        """The paths of the operand and of every argument."""
        is_optional = any(isinstance(filter_, Default) for filter_ in self.filters)
        if isinstance(self.operand, DynamicCall):
            yield from _refer(self.operand.arguments, is_optional)
        else:
            yield from _refer((self.operand,), is_optional)
        for index, filter_ in enumerate(self.filters):
            later = self.filters[index + 1 :]
            is_optional = any(isinstance(following, Default) for following in later)
            own = (filter_.argument,) if isinstance(filter_, Default) else filter_.arguments
            yield from _refer(own, is_optional)

    def _evaluate(self, source: ValueSource) -> JsonValue:
        value, missing = _try_operand(self.operand, source)
        inputs = [value]
        for filter_ in self.filters:
            if missing is not None and not isinstance(filter_, Default):
                continue
            source.evaluation.spend_on(value)
            try:
                value, missing = filter_.apply(value, source, inputs), None
            except MissingValueError as error:
                value, missing = None, error
        if missing is not None:
            raise missing
        if self.filters:
            source.evaluation.note_derived(inputs, value)
        return value


def _try_operand(
    operand: Argument | DynamicCall, source: ValueSource
) -> tuple[JsonValue, MissingValueError | None]:
    try:
        return operand.evaluate(source), None
    except MissingValueError as error:
        return None, error


def _refer(arguments: tuple[Argument, ...], is_optional: bool) -> Iterator[Reference]:
    for argument in arguments:
        if isinstance(argument, ValuePath):
            yield Reference(argument, is_optional)
