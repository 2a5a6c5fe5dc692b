"""One entry of a Hurl file as a case."""

from typing import Final

from app.catalog.importers.composing.bodies import (
    Part,
    set_body,
    set_form,
    set_graphql,
    set_json,
    set_parts,
    set_text,
)
from app.catalog.importers.composing.json_templates import JsonTemplate
from app.catalog.importers.composing.requests import ANY_STATUS, RequestComposer
from app.catalog.importers.hurl.captures import write_capture
from app.catalog.importers.hurl.checks import write_check
from app.catalog.importers.hurl.options import write_options
from app.catalog.importers.hurl.scope import Scope
from app.catalog.importers.hurl.syntax import Answer, Body, Entry, Pair

_VARIABLES: Final = "\nvariables"

Kept = list[tuple[str, tuple[str, str] | None]]


def write_entry(composer: RequestComposer, entry: Entry, scope: Scope) -> Kept | None:
    """Fill in the draft; return what is captured by name, or None when it cannot be sent."""
    write_options(composer, entry.sections.get("Options", []), scope)
    if not composer.set_endpoint(entry.method, entry.url):
        return None
    for header in entry.headers:
        composer.add_header(header.name, header.value)
    for pair in entry.sections.get("Query", []):
        composer.add_query(pair.name, pair.value)
    for pair in entry.sections.get("Cookies", []):
        composer.add_cookie(pair.name, pair.value)
    for pair in entry.sections.get("BasicAuth", []):
        composer.set_user("basic", pair.name, pair.value)
    _write_body(composer, entry)
    if entry.answer is None:
        composer.suggest_status()
        return []
    return _write_answer(composer, entry.answer)


def _write_body(composer: RequestComposer, entry: Entry) -> None:
    if entry.body is not None:
        _send(composer, entry.body)
    elif pairs := entry.sections.get("Form"):
        set_form(composer, ((pair.name, pair.value) for pair in pairs))
    elif pairs := entry.sections.get("Multipart"):
        set_parts(composer, [_read_part(pair) for pair in pairs])


def _send(composer: RequestComposer, body: Body) -> None:
    if body.kind == "json":
        set_json(composer, body.source)
    elif body.kind == "xml":
        set_text(composer, body.source, "xml")
    elif body.kind == "graphql":
        query, separator, variables = body.source.partition(_VARIABLES)
        set_graphql(composer, query.strip(), variables if separator else "")
    elif body.kind == "text":
        set_body(composer, body.source, composer.find_header("content-type") or "text/plain")
    else:
        text = "A body of bytes or of a file is not imported."
        composer.tell("not_imported", text, f"line {body.line}")


def _read_part(pair: Pair) -> Part:
    if not pair.value.startswith("file,"):
        return Part(pair.name, pair.value)
    path, _, media_type = pair.value[5:].partition(";")
    filename = path.strip().rpartition("/")[2]
    return Part(pair.name, "", filename, media_type.strip() or None)


def _write_answer(composer: RequestComposer, answer: Answer) -> Kept:
    response = composer.draft.response
    response["expected_status_code"] = list(ANY_STATUS) if answer.status is None else answer.status
    if answer.version not in ("HTTP", "HTTP/*"):
        text = f"That the answer comes with {answer.version} is not checked."
        composer.tell("not_imported", text, f"line {answer.line}")
    for header in answer.headers:
        _expect_header(composer, header)
    if answer.body is not None:
        _expect_body(composer, answer.body)
    checks = composer.cut(answer.checks, "assertions")
    captures = composer.cut(answer.captures, "captures")
    for check in checks:
        write_check(composer, check)
    return [(capture.name, write_capture(composer, capture)) for capture in captures]


def _expect_header(composer: RequestComposer, header: Pair) -> None:
    expected = composer.draft.response.setdefault("expected_headers", {})
    value = composer.hider.write(header.name, header.value)
    if header.name in expected:
        # One header sent several times is seen as one text.
        composer.draft.add_assertion(
            type="header", name=header.name, operator="contains", expected=value
        )
    else:
        expected[header.name] = value


def _expect_body(composer: RequestComposer, body: Body) -> None:
    response = composer.draft.response
    if body.kind == "bytes":
        text = "An expected body of bytes or of a file is not imported."
        composer.tell("not_imported", text, f"line {body.line}")
        return
    response["body_match_type"] = "exact"
    response["expected_body"] = composer.hider.write_text(body.source)
    if body.kind == "json":
        try:
            response["expected_body"] = JsonTemplate(composer.hider).parse(body.source)
        except ValueError:
            composer.tell("changed", "The expected JSON is compared as text: it is none.")
