"""Reads the expressions of a script."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from app.catalog.importers.javascript.errors import ScriptError, TangledScriptError
from app.catalog.importers.javascript.syntax import (
    ArrayLiteral,
    Binary,
    Call,
    Expression,
    Function,
    Join,
    Literal,
    Member,
    Name,
    ObjectLiteral,
    Opaque,
    Pattern,
    Return,
    Statement,
    Unary,
)
from app.catalog.importers.javascript.tokens import Token, split, unescape

MAXIMUM_DEPTH: Final = 40
LONGEST_CHAIN: Final = 60
_STEPS_PER_TOKEN: Final = 8
_PRECEDENCE: Final = {
    "??": 1,
    "||": 2,
    "&&": 3,
    "|": 4,
    "^": 5,
    "&": 6,
    **dict.fromkeys(("==", "!=", "===", "!=="), 7),
    **dict.fromkeys(("<", ">", "<=", ">=", "instanceof", "in"), 8),
    **dict.fromkeys(("<<", ">>", ">>>"), 9),
    **dict.fromkeys(("+", "-"), 10),
    **dict.fromkeys(("*", "/", "%"), 11),
    "**": 12,
}
_ASSIGNMENTS: Final = ("=", "+=", "-=", "*=", "/=", "??=", "||=", "&&=")
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


class ExpressionParser:
    """Goes forward through the tokens; the statements of functions are read by the subclass."""

    def __init__(self, tokens: Sequence[Token], source: str, depth: int = 0) -> None:
        self.source = source
        self.position = 0
        self._tokens = tokens
        self._depth = depth
        self._partners = _match_brackets(tokens)
        self._steps_left = _STEPS_PER_TOKEN * len(tokens)

    @property
    def token(self) -> Token:
        """The one that comes next."""
        return self._tokens[self.position]

    @property
    def previous(self) -> Token:
        """The one that was read last."""
        return self._tokens[max(self.position - 1, 0)]

    def advance(self) -> Token:
        """Read one token; the end stays. Raises `TangledScriptError` after too many steps."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise TangledScriptError(self.token.line, "It takes too long to understand it.")
        token = self.token
        self.position = min(self.position + 1, len(self._tokens) - 1)
        return token

    def take(self, *symbols: str) -> bool:
        """Read a symbol if it comes next."""
        return self.token.is_symbol(*symbols) and bool(self.advance())

    def take_word(self, word: str) -> bool:
        """Read a word if it comes next."""
        return self.token.is_word(word) and bool(self.advance())

    def expect(self, symbol: str) -> None:
        """Read a symbol; raises `ScriptError` when another comes next."""
        if not self.take(symbol):
            raise ScriptError(self.token.line, f"Expected {symbol} here.")

    def take_name(self) -> str:
        """Read a name; raises `ScriptError` when something else comes next."""
        if self.token.kind != "name":
            raise ScriptError(self.token.line, "Expected a name here.")
        return self.advance().text

    @contextmanager
    def deeper(self) -> Generator[None]:
        """Count a level; raises `TangledScriptError` when there are too many."""
        self._depth += 1
        try:
            if self._depth > MAXIMUM_DEPTH:
                raise TangledScriptError(self.token.line, f"More than {MAXIMUM_DEPTH} levels.")
            yield
        finally:
            self._depth -= 1

    def parse_block(self) -> tuple[Statement, ...]:
        """Return the statements of a function; only the parser of statements knows them."""
        raise ScriptError(self.token.line, "No statements here.")

    def parse_expression(self) -> Expression:
        """Return an expression."""
        expression = self.parse_assignment()
        while self.take(","):
            self.parse_assignment()
            expression = Opaque()
        return expression

    def parse_assignment(self) -> Expression:
        """Return an expression without commas."""
        with self.deeper():
            if self._is_arrow():
                return self._parse_arrow()
            left = self._parse_binary(0)
            if self.token.is_symbol("?"):
                return self._parse_conditional()
            for symbol in _ASSIGNMENTS:
                if self.take(symbol):
                    return Binary(symbol, left, self.parse_assignment())
            return left

    def _parse_conditional(self) -> Expression:
        self.advance()
        self.parse_assignment()
        self.expect(":")
        self.parse_assignment()
        return Opaque()

    def _parse_binary(self, lowest: int) -> Expression:
        left = self._parse_unary()
        begin = self.position
        while (rank := self._get_precedence()) > lowest:
            self._check_chain(begin)
            operator = self.advance().text
            left = Binary(operator, left, self._parse_binary(rank))
        return left

    def _check_chain(self, begin: int) -> None:
        if self.position - begin > 4 * LONGEST_CHAIN:
            raise ScriptError(self.token.line, "It goes on for too long.")

    def _get_precedence(self) -> int:
        is_word = self.token.is_word("instanceof", "in")
        known = self.token.kind == "symbol" or is_word
        return _PRECEDENCE.get(self.token.text, 0) if known else 0

    def _parse_unary(self) -> Expression:
        with self.deeper():
            token = self.token
            if token.is_symbol("!", "-", "+", "~", "++", "--") or token.is_word("typeof", "void"):
                self.advance()
                return _negate(Unary(token.text, self._parse_unary()))
            if self.take_word("await"):
                return self._parse_unary()
            expression = self._parse_postfix(self._parse_primary())
            if self.take("++", "--"):
                return Opaque()
            return expression

    def _parse_postfix(self, expression: Expression) -> Expression:
        for _ in range(LONGEST_CHAIN):
            if self.take(".", "?."):
                if self.token.is_symbol("(", "["):
                    continue
                expression = Member(expression, Literal(self.take_name()))
            elif self.take("["):
                expression = Member(expression, self.parse_expression())
                self.expect("]")
            elif self.token.is_symbol("("):
                expression = Call(expression, self._parse_list("(", ")"))
            else:
                return expression
        raise ScriptError(self.token.line, "It goes on for too long.")

    def _parse_list(self, opening: str, closing: str) -> tuple[Expression, ...]:
        self.expect(opening)
        items: list[Expression] = []
        while not self.take(closing):
            spread = self.take("...")
            item = self.parse_assignment()
            items.append(Opaque() if spread else item)
            if not self.take(","):
                self.expect(closing)
                break
        return tuple(items)

    def _parse_primary(self) -> Expression:
        token = self.token
        if token.is_symbol("("):
            self.advance()
            expression = self.parse_expression()
            self.expect(")")
            return expression
        if token.is_symbol("["):
            return ArrayLiteral(self._parse_list("[", "]"))
        if token.is_symbol("{"):
            return self._parse_object()
        if token.is_word("function", "async"):
            return self._parse_function()
        if token.is_word("new"):
            return self._parse_new()
        return self._parse_word(self.advance())

    def _parse_word(self, token: Token) -> Expression:
        if token.kind == "text":
            return Literal(token.text)
        if token.kind == "number":
            return Literal(_to_number(token.text))
        if token.kind == "pattern":
            source, _, flags = token.text[1:].rpartition("/")
            return Pattern(source, flags)
        if token.kind == "template":
            return self._parse_template(token)
        if token.kind != "name" or token.text in ("class", "yield", "import", "super"):
            raise ScriptError(token.line, "Not understood from here.")
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        return Name(token.text)

    def _parse_template(self, token: Token) -> Expression:
        """The texts and the expressions between them, each read for itself."""
        parts: list[Expression] = []
        rest = token.text
        while (begin := rest.find("${")) >= 0:
            end = rest.find("}", begin)
            if end < 0:
                raise ScriptError(token.line, "A template literal is not understood.")
            parts += [Literal(unescape(rest[:begin])), self._parse_inner(rest[begin + 2 : end])]
            rest = rest[end + 1 :]
        return Join((*parts, Literal(unescape(rest))))

    def _parse_inner(self, source: str) -> Expression:
        inner = ExpressionParser(split(source), source, self._depth + 1)
        expression = inner.parse_expression()
        if inner.token.kind != "end":
            raise ScriptError(self.token.line, "A template literal is not understood.")
        return expression

    def _parse_new(self) -> Expression:
        self.advance()
        callee: Expression = Name(self.take_name())
        for _ in range(LONGEST_CHAIN):
            if not self.take("."):
                break
            callee = Member(callee, Literal(self.take_name()))
        arguments = self._parse_list("(", ")") if self.token.is_symbol("(") else ()
        return Call(callee, arguments, is_new=True)

    def _parse_object(self) -> Expression:
        self.expect("{")
        fields: list[tuple[str, Expression]] = []
        while not self.take("}"):
            token = self.advance()
            if token.kind not in ("name", "text", "number"):
                raise ScriptError(token.line, "An object is not understood.")
            value = self.parse_assignment() if self.take(":") else Name(token.text)
            fields.append((token.text, value))
            if not self.take(","):
                self.expect("}")
                break
        return ObjectLiteral(tuple(fields))

    def _parse_function(self) -> Expression:
        self.take_word("async")
        if not self.take_word("function"):
            return self._parse_arrow()
        if self.token.kind == "name":
            self.advance()
        parameters = self._parse_parameters()
        return Function(parameters, self.parse_block())

    def _parse_parameters(self) -> tuple[str, ...]:
        self.expect("(")
        names: list[str] = []
        while not self.take(")"):
            names.append(self.take_name())
            if not self.take(","):
                self.expect(")")
                break
        return tuple(names)

    def _is_arrow(self) -> bool:
        """A name or a list in parentheses, with an arrow behind it."""
        begin = self.position + self.token.is_word("async")
        if begin >= len(self._tokens) - 1:
            return False
        token = self._tokens[begin]
        behind = begin + 1
        if token.is_symbol("("):
            behind = self._partners.get(begin, begin) + 1
        elif token.kind != "name":
            return False
        return behind < len(self._tokens) and self._tokens[behind].is_symbol("=>")

    def _parse_arrow(self) -> Expression:
        self.take_word("async")
        is_list = self.token.is_symbol("(")
        parameters = self._parse_parameters() if is_list else (self.take_name(),)
        self.expect("=>")
        if self.token.is_symbol("{"):
            return Function(parameters, self.parse_block())
        line = self.token.line
        return Function(parameters, (Return(self.parse_assignment(), line),))


def _match_brackets(tokens: Sequence[Token]) -> dict[int, int]:
    """Where each opening bracket is closed."""
    partners: dict[int, int] = {}
    waiting: list[int] = []
    for index, token in enumerate(tokens):
        if token.is_symbol("(", "[", "{"):
            waiting.append(index)
        elif token.is_symbol(")", "]", "}") and waiting:
            begin = waiting.pop()
            if _CLOSING[tokens[begin].text] == token.text:
                partners[begin] = index
    return partners


def _to_number(text: str) -> int | float:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _negate(unary: Unary) -> Expression:
    """A minus in front of a number belongs to it."""
    operand = unary.operand
    if unary.operator != "-" or not isinstance(operand, Literal):
        return unary
    if isinstance(operand.value, bool) or not isinstance(operand.value, int | float):
        return unary
    return Literal(-operand.value)
