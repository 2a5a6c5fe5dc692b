"""What scripts consist of."""

from dataclasses import dataclass
from typing import TypeAlias

from app.engine.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, boolean or null; `undefined` is the name of that."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression."""

    source: str
    flags: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`owner.name`, or `owner[name]` with a literal or any expression."""

    owner: "Expression"
    name: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """`callee(arguments)`, also with `new`."""

    callee: "Expression"
    arguments: tuple["Expression", ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function; an arrow that returns at once has one `Return`."""

    parameters: tuple[str, ...]
    body: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """`{a: 1}`."""

    fields: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a`, `-a`, `typeof a`."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """`a === b`, and assignments."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Join:
    """A template literal: its texts and expressions as they follow each other."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression whose value nobody here can tell, such as a conditional one."""


Expression: TypeAlias = (
    Literal
    | Pattern
    | Name
    | Member
    | Call
    | Function
    | ArrayLiteral
    | ObjectLiteral
    | Unary
    | Binary
    | Join
    | Opaque
)


@dataclass(frozen=True, slots=True)
class Declare:
    """A variable gets its value."""

    name: str
    value: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Do:
    """An expression for its effect."""

    expression: Expression
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Return:
    """The value of a function."""

    value: Expression | None
    line: int


@dataclass(frozen=True, slots=True)
class If:
    """What happens on a condition; what happens otherwise is `otherwise`."""

    condition: Expression
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Strange:
    """A statement of a kind that is not understood."""

    line: int
    text: str


Statement: TypeAlias = Declare | Do | Return | If | Strange
