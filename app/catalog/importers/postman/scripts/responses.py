"""Chains that begin with `pm.response.to`."""

from dataclasses import dataclass
from typing import Final

from app.catalog.importers.postman.scripts.checks import (
    Assertion,
    claim,
    read_expected,
    to_status,
    write,
)
from app.catalog.importers.postman.scripts.meanings import (
    Answer,
    Constant,
    Matcher,
    Meaning,
    UnclearError,
)

_STATUSES: Final = {
    "ok": [200],
    "accepted": [202],
    "withoutContent": [204],
    "badRequest": [400],
    "unauthorized": [401],
    "unauthorised": [401],
    "forbidden": [403],
    "notFound": [404],
    "notAcceptable": [406],
    "rateLimited": [429],
    "info": ["1xx"],
    "success": ["2xx"],
    "redirection": ["3xx"],
    "clientError": ["4xx"],
    "serverError": ["5xx"],
    "error": ["4xx", "5xx"],
}
_CONTENTS: Final = {"json": "json", "html": "html", "xml": "xml", "text": "text/"}
_MEASURES: Final = {
    "below": "lt",
    "above": "gt",
    "lessThan": "lt",
    "greaterThan": "gt",
    "most": "le",
    "least": "ge",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says something; `arguments` are None unless it is called."""

    name: str
    arguments: tuple[Meaning, ...] | None


def translate(words: list[Word]) -> list[Assertion]:
    """Return the assertions; raises `UnclearError`."""
    negated = sum(word.name == "not" for word in words) % 2 == 1
    said = [word for word in words if word.name != "not"]
    if len(said) == 2 and said[0].name in ("responseTime", "responseSize"):
        part = Answer("time" if said[0].name == "responseTime" else "size")
        operator = _MEASURES.get(said[1].name)
        if operator and said[1].arguments:
            return claim(part, operator, said[1].arguments[0], negated=negated)
    if len(said) != 1:
        message = "It says nothing that is known here."
        raise UnclearError(message)
    return _translate_word(said[0], negated=negated)


def _translate_word(word: Word, *, negated: bool) -> list[Assertion]:
    arguments = word.arguments or ()
    if word.name in _STATUSES:
        return [_expect_status(list(_STATUSES[word.name]), negated=negated)]
    if word.name in _CONTENTS:
        operator = "not-contains" if negated else "contains"
        return [write(Answer("header", "Content-Type"), operator, _CONTENTS[word.name])]
    if word.name == "status" and arguments:
        status = to_status(read_expected(Answer("status"), arguments[0]))
        return [_expect_status([status], negated=negated)]
    if word.name == "header" and arguments:
        return _expect_header(arguments, negated=negated)
    if word.name == "withBody":
        return [write(Answer("text"), "absent" if negated else "exists")]
    if word.name == "body":
        return _expect_body(arguments, negated=negated)
    if word.name == "jsonBody":
        return _expect_json(arguments, negated=negated)
    if (
        word.name == "jsonSchema"
        and arguments
        and isinstance(arguments[0], Constant)
        and not negated
    ):
        return [{"type": "schema", "expected": arguments[0].value}]
    message = f"The word {word.name[:50]} is not known."
    raise UnclearError(message)


def _expect_status(statuses: list[object], *, negated: bool) -> Assertion:
    operator = "not-in" if negated else "in"
    return {"type": "status-code", "operator": operator, "expected": statuses}


def _expect_header(arguments: tuple[Meaning, ...], *, negated: bool) -> list[Assertion]:
    name = arguments[0].value if isinstance(arguments[0], Constant) else None
    if not isinstance(name, str):
        message = "Its name cannot be told without running the script."
        raise UnclearError(message)
    header = Answer("header", name)
    if len(arguments) > 1:
        return claim(header, "eq", arguments[1], negated=negated)
    return [write(header, "absent" if negated else "exists")]


def _expect_body(arguments: tuple[Meaning, ...], *, negated: bool) -> list[Assertion]:
    if not arguments:
        return [write(Answer("text"), "absent" if negated else "exists")]
    if isinstance(arguments[0], Matcher):
        return claim(Answer("text"), "matches", arguments[0], negated=negated)
    return claim(Answer("text"), "eq", arguments[0], negated=negated)


def _expect_json(arguments: tuple[Meaning, ...], *, negated: bool) -> list[Assertion]:
    if not arguments:
        return [write(Answer("json"), "absent" if negated else "exists")]
    first = arguments[0].value if isinstance(arguments[0], Constant) else None
    if not isinstance(first, str):
        return claim(Answer("json"), "eq", arguments[0], negated=negated)
    subject = Answer("json")
    for step in first.split("."):
        subject = subject.step(int(step) if step.isdecimal() and len(step) < 9 else step)
    if len(arguments) > 1:
        return claim(subject, "eq", arguments[1], negated=negated)
    return [write(subject, "absent" if negated else "exists")]
