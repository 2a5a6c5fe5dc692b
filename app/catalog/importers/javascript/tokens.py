"""Splits a script into words and symbols, in one pass from left to right."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from app.catalog.importers.javascript.errors import ScriptError

MAXIMUM_CHARACTERS: Final = 60_000
LONGEST_PATTERN: Final = 1_000

TokenKind = Literal["name", "number", "text", "template", "pattern", "symbol", "end"]

# Every alternative takes at least one character and none can be entered twice for the same one.
_TOKEN: Final = re.compile(
    r"(?P<space>[\s\ufeff]+)"
    r"|(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?)"
    r"|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)"
    r"|(?P<number>0[xX][0-9A-Fa-f]{1,15}|(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?)"
    r"""|(?P<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')"""
    r"|(?P<template>`(?:[^`\\]|\\[\s\S])*`)"
    r"|(?P<symbol>===|!==|\*\*=|>>>|\.\.\.|&&=|\|\|=|\?\?=|==|!=|<=|>=|=>|&&|\|\||\?\?|\?\.(?![0-9])"
    r"|\+\+|--|\+=|-=|\*=|/=|%=|\*\*|<<|>>|[{}()\[\];,<>+\-*/%&|^!~?:=.@#])"
)
_ESCAPE: Final = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\n)|([\s\S]))"
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": ""}
# After these a slash divides; after anything else it begins a regular expression.
_OPERAND_ENDS: Final = frozenset((")", "]", "}"))
_PREFIXES: Final = frozenset(("return", "typeof", "case", "in", "of", "new", "delete", "void"))


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the value of a text, the inside of a template, pattern and flags of a pattern."""

    kind: TokenKind
    text: str
    line: int
    begin: int
    end: int

    def is_symbol(self, *symbols: str) -> bool:
        """Say whether it is one of these."""
        return self.kind == "symbol" and self.text in symbols

    def is_word(self, *words: str) -> bool:
        """Say whether it is one of these."""
        return self.kind == "name" and self.text in words


def split(source: str) -> list[Token]:
    """Return the tokens with an end; raises `ScriptError` for what is none."""
    if len(source) > MAXIMUM_CHARACTERS:
        raise ScriptError(1, f"It is longer than {MAXIMUM_CHARACTERS} characters.")
    tokens: list[Token] = []
    position, line = 0, 1
    while position < len(source):
        if source[position] == "/" and _may_begin_pattern(source, position, tokens):
            token = _read_pattern(source, position, line)
            tokens.append(token)
            position = token.end
            continue
        match = _TOKEN.match(source, position)
        if match is None:
            raise ScriptError(line, f"Not understood from here: {source[position : position + 40]}")
        kind = match.lastgroup
        if kind not in ("space", "comment"):
            tokens.append(_to_token(match, line))
        line += match[0].count("\n")
        position = match.end()
    tokens.append(Token("end", "", line, position, position))
    return tokens


def _to_token(match: re.Match[str], line: int) -> Token:
    text, begin, end = match[0], match.start(), match.end()
    if match.lastgroup == "text":
        return Token("text", unescape(text[1:-1]), line, begin, end)
    if match.lastgroup == "template":
        return Token("template", text[1:-1], line, begin, end)
    if match.lastgroup == "number":
        return Token("number", text, line, begin, end)
    kind: TokenKind = "name" if match.lastgroup == "name" else "symbol"
    return Token(kind, text, line, begin, end)


def _may_begin_pattern(source: str, position: int, tokens: list[Token]) -> bool:
    if source.startswith(("//", "/*"), position):
        return False
    if not tokens:
        return True
    last = tokens[-1]
    if last.kind == "symbol":
        return last.text not in _OPERAND_ENDS
    return last.is_word(*_PREFIXES)


def _read_pattern(source: str, begin: int, line: int) -> Token:
    position, in_class = begin + 1, False
    while position < len(source) and position - begin <= LONGEST_PATTERN:
        character = source[position]
        if character == "\n":
            break
        if character == "/" and not in_class:
            end = position + 1
            while end < len(source) and source[end].isalpha():
                end += 1
            return Token("pattern", source[begin:end], line, begin, end)
        in_class = character == "[" or (in_class and character != "]")
        position += 2 if character == "\\" else 1
    raise ScriptError(line, "A regular expression never ends.")


def unescape(text: str) -> str:
    """Return what a text between quotes stands for."""
    return _ESCAPE.sub(_replace_escape, text) if "\\" in text else text


def _replace_escape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        return "" if match[4] else _ESCAPES.get(match[5], match[5])
    number = int(digits, 16)
    is_character = 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else "\ufffd"
