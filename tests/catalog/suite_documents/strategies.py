"""Random cases as the API takes them, made from the models: every field, and texts that YAML twists."""

from collections.abc import Callable
from typing import Any, cast

from hypothesis import strategies as st
from pydantic import ValidationError

from app.catalog.cases.schemas.authentication import SETTINGS
from app.catalog.cases.schemas.cases import CaseCreate

Strategy = st.SearchStrategy[Any]

TWISTED = (
    *("", " ", "~", "null", "yes", "No", "on", "y", "true", "1e3", "0x1F", "0o17", "007", "1_000"),
    *("1", "1.0", "+1", ".5", ".inf", ".nan", "1:30", "2024-01-01", "2024-01-01T00:00:00Z", "<<"),
    *("=", "a: b", "a:", ": a", "a #b", "#a", "- a", "-", "? a", "[a]", "{{env.X}}", "&a", "*a"),
    *("!a", "|", ">", "%a", "@a", "`a", "'", '"', "\\", "'\"", '\\"', "---", "...", "a\tb", "\ta"),
    *(
        "\n",
        "a\n",
        "a\n\n",
        "\na",
        "a\nb",
        "a\nb\n",
        "  a\nb",
        "\ta\nb",
        "a \nb",
        "a\n \nb",
        "a\r\nb",
    ),
    *(
        "a\n---\nb",
        "a\n# b\nc",
        "a\n\n\n  b",
        "é",
        "\u00a0",
        "\u0085",
        "\u2028",
        "\ufeff",
        "\u200b",
    ),
    *("\x7f", "\x01", "\U0001f600", "\uffff", "GET /a", "a" * 1_100),
)
PATTERNS: dict[str, Strategy] = {
    "^[A-Za-z0-9_][A-Za-z0-9_-]*$": st.from_regex("[A-Za-z0-9_][A-Za-z0-9_-]{0,12}", fullmatch=True)
    | st.sampled_from(["yes", "1e3", "007", "null", "0x1F", "-1"[1:]]),
    "^[1-5]xx$": st.sampled_from(["1xx", "2xx", "5xx"]),
}
REQUIRED = frozenset(("key", "name", "endpoint", "method", "path", "type", "required_test_key"))

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = (
    st.sampled_from(TWISTED)
    | st.text(characters, max_size=20)
    | st.text("a0 \n\t:#-?'\"\\{}[],&*!|>%@`~.é", max_size=12)
)
numbers = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 1, 1.0, -0.0, 1e16, 1e22, 1e-7, 10**30, -(2**63), 2**64, 5e-324, 1.7e308])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=8,
)


class _Walker:
    """Makes a strategy of a JSON Schema that a model has."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def walk(self, schema: dict[str, Any]) -> Strategy:
        if "$ref" in schema:
            return self.walk(self._definitions[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return st.one_of([self.walk(option) for option in schema["anyOf"]])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "const" in schema:
            return st.just(schema["const"])
        kinds: dict[str, Callable[[dict[str, Any]], Strategy]] = {
            "string": self._walk_text,
            "integer": lambda bounds: st.integers(bounds.get("minimum"), bounds.get("maximum")),
            "number": lambda bounds: st.floats(
                bounds.get("minimum"), bounds.get("maximum"), allow_nan=False, allow_infinity=False
            ),
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "array": lambda items: st.lists(
                self.walk(items["items"]), min_size=items.get("minItems", 0), max_size=3
            ),
            "object": self._walk_object,
        }
        return kinds[schema["type"]](schema) if "type" in schema else values

    def _walk_text(self, schema: dict[str, Any]) -> Strategy:
        if "pattern" in schema:
            return PATTERNS[schema["pattern"]]
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 1_100)
        # Some are stripped of spaces before they are measured.
        return texts.filter(lambda text: shortest <= len(text.strip()) and len(text) <= longest)

    def _walk_object(self, schema: dict[str, Any]) -> Strategy:
        if "properties" not in schema:
            others = schema.get("additionalProperties", True)
            items = values if others is True else self.walk(others)
            return st.dictionaries(
                texts, items, min_size=schema.get("minProperties", 0), max_size=3
            )
        required = set(schema.get("required", ()))
        fields = {name: self.walk(field) for name, field in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: field for name, field in fields.items() if name in required},
            optional={name: field for name, field in fields.items() if name not in required},
        )


def _build_cases() -> Strategy:
    schema = CaseCreate.model_json_schema()
    walker = _Walker(schema.pop("$defs"))
    return walker.walk(schema)


def _build_settings() -> dict[str, Strategy]:
    schemas = {name: model.model_json_schema() for name, model in SETTINGS.items()}
    return {name: _Walker(schema.pop("$defs", {})).walk(schema) for name, schema in schemas.items()}


_ANY_CASE = _build_cases()
_SETTINGS = _build_settings()


@st.composite
def cases(draw: st.DrawFn) -> CaseCreate:
    """A valid case; what the models refuse of a random one, such as two sources, is taken away."""
    fields = draw(_ANY_CASE)
    if "auth_type" in fields.get("request", {}):
        fields["request"]["auth"] = draw(_SETTINGS[fields["request"]["auth_type"]])
    while True:
        try:
            return CaseCreate.model_validate(fields)
        except ValidationError as error:
            _take_away(fields, error.errors()[0]["loc"])


def _take_away(value: Any, location: tuple[str | int, ...]) -> None:
    """Remove the innermost optional thing that is wrong; of the whole, it is the dependencies."""
    if not location:
        del value["dependencies"]
        return
    holders: list[tuple[Any, str | int]] = []
    for part in location:
        if isinstance(value, dict | list):
            inside = cast("Any", value)
            if isinstance(part, int) or part in inside:
                holders.append((inside, part))
                value = inside[part]
    holder, part = next((item for item in reversed(holders) if item[1] not in REQUIRED), holders[0])
    del holder[part]
