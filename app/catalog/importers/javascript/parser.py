"""
Reads the statements of a script.

The subset: declarations, assignments, calls, members, literals, functions, operators, `if` and
`try`. What is beyond it becomes a `Strange` statement with its line, and the script goes on behind.
"""

from typing import Final

from app.catalog.importers.javascript.errors import ScriptError, TangledScriptError
from app.catalog.importers.javascript.expressions import ExpressionParser
from app.catalog.importers.javascript.syntax import (
    Declare,
    Do,
    Expression,
    If,
    Literal,
    Member,
    Name,
    Return,
    Statement,
    Strange,
)
from app.catalog.importers.javascript.tokens import Token, split

LONGEST_EXCERPT: Final = 120
_CONTINUES: Final = frozenset(
    (".", ",", "(", "[", "+", "-", "*", "/", "=", "?", ":", "=>", "&&", "||")
)


def parse_script(source: str) -> tuple[Statement, ...]:
    """Return the statements; raises `ScriptError` when none of it is understood."""
    return _StatementParser(split(source), source).parse_all()


class _StatementParser(ExpressionParser):
    """Statements; a failed one is skipped as a whole, so every token is tried once per level."""

    def parse_all(self) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        while self.token.kind != "end":
            before = self.position
            statements += self._parse_recovering()
            if self.position == before:
                self.advance()
        return tuple(statements)

    def parse_block(self) -> tuple[Statement, ...]:
        """The statements between braces."""
        self.expect("{")
        statements: list[Statement] = []
        with self.deeper():
            while not self.token.is_symbol("}") and self.token.kind != "end":
                before = self.position
                statements += self._parse_recovering()
                if self.position == before:
                    self.advance()
        self.expect("}")
        return tuple(statements)

    def _parse_recovering(self) -> list[Statement]:
        begin = self.position
        try:
            return self._parse_statement()
        except TangledScriptError:
            raise
        except ScriptError:
            self.position = begin
            first = self.token
            self._skip_statement()
            return [Strange(first.line, self._excerpt(first))]

    def _parse_statement(self) -> list[Statement]:
        first = self.token
        if self.take(";"):
            return []
        if first.is_symbol("{"):
            return list(self.parse_block())
        if first.is_word("const", "let", "var"):
            return self._parse_declarations()
        if first.is_word("if"):
            return [self._parse_if()]
        if first.is_word("try"):
            return self._parse_try()
        if first.is_word("return"):
            return [self._parse_return()]
        if first.is_word("function", "async", "class", "for", "while", "do", "switch", "throw"):
            raise ScriptError(first.line, "This kind of statement is not understood.")
        expression = self.parse_expression()
        self._end_statement()
        return [Do(expression, first.line, self._excerpt(first))]

    def _parse_declarations(self) -> list[Statement]:
        self.advance()
        declared = self._parse_declaration()
        while self.take(","):
            declared += self._parse_declaration()
        self._end_statement()
        return declared

    def _parse_declaration(self) -> list[Statement]:
        line = self.token.line
        names = self._parse_pattern() if self.token.is_symbol("{") else None
        name = self.take_name() if names is None else ""
        value: Expression = self.parse_assignment() if self.take("=") else Name("undefined")
        if names is None:
            return [Declare(name, value, line)]
        return [Declare(local, Member(value, Literal(field)), line) for field, local in names]

    def _parse_pattern(self) -> list[tuple[str, str]]:
        """`{token, user: owner}`: names of fields with names of variables."""
        names: list[tuple[str, str]] = []
        self.expect("{")
        while not self.take("}"):
            field = self.take_name()
            names.append((field, self.take_name() if self.take(":") else field))
            if not self.take(","):
                self.expect("}")
                break
        return names

    def _parse_if(self) -> If:
        first = self.advance()
        self.expect("(")
        condition = self.parse_expression()
        self.expect(")")
        then = self._parse_branch()
        otherwise = self._parse_branch() if self.take_word("else") else ()
        return If(condition, then, otherwise, first.line, self._excerpt(first))

    def _parse_branch(self) -> tuple[Statement, ...]:
        if self.token.is_symbol("{"):
            return self.parse_block()
        with self.deeper():
            return tuple(self._parse_recovering())

    def _parse_try(self) -> list[Statement]:
        """What is tried; what happens when it fails is left out."""
        self.advance()
        statements = list(self.parse_block())
        if self.take_word("catch"):
            if self.take("("):
                self.take_name()
                self.expect(")")
            self.parse_block()
        if self.take_word("finally"):
            statements += self.parse_block()
        return statements

    def _parse_return(self) -> Return:
        first = self.advance()
        is_empty = self.token.is_symbol(";", "}") or self.token.line != first.line
        value = None if is_empty else self.parse_expression()
        self._end_statement()
        return Return(value, first.line)

    def _end_statement(self) -> None:
        """A semicolon, or a line break in its place."""
        if self.take(";") or self.token.is_symbol("}") or self.token.kind == "end":
            return
        if self.token.line == self.previous.line:
            raise ScriptError(self.token.line, "A statement goes on in a way not understood.")

    def _skip_statement(self) -> None:
        depth = 0
        first = True
        while self.token.kind != "end":
            token = self.token
            if depth == 0 and not first and self._begins_statement():
                return
            if token.is_symbol("}", ")", "]"):
                if depth == 0:
                    return
                depth -= 1
            elif token.is_symbol("{", "(", "["):
                depth += 1
            self.advance()
            first = False
            if depth == 0 and token.is_symbol(";"):
                return

    def _begins_statement(self) -> bool:
        """On a new line, neither side of which asks for more."""
        token, previous = self.token, self.previous
        if token.line == previous.line or token.is_word("else", "catch", "finally"):
            return False
        if previous.kind == "symbol" and previous.text in _CONTINUES:
            return False
        return not (token.kind == "symbol" and token.text in _CONTINUES) and not token.is_symbol(
            "{"
        )

    def _excerpt(self, first: Token) -> str:
        text = self.source[first.begin : first.begin + LONGEST_EXCERPT]
        return text.partition("\n")[0].strip()
