"""Builds the request of a test: templates filled in, URL joined, body encoded."""

import re

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonObject
from app.engine.planned_test import PlannedTest
from app.engine.requests.address import build_url, render_base_url, render_path
from app.engine.requests.body import EncodedBody, encode_body
from app.engine.requests.cookies import join_cookies, render_cookies
from app.engine.requests.header import Fields, render_fields
from app.engine.requests.user_information import find_user_information
from app.engine.templates import ValueSource, render_string, render_value
from app.engine.transport import PreparedRequest

USER_AGENT = "api-testing-platform"

_METHOD = re.compile(r"(?!CONNECT$)[A-Z][A-Z0-9_-]{0,31}")


def build_request(test: PlannedTest, base_url: str, source: ValueSource) -> PreparedRequest:
    """
    The request without its authentication, which is added each time it is sent.

    Raise TemplateError or InvalidRequestError naming the part that cannot be built.
    """
    _check_method(test.method)
    fields = render_fields(test.headers, source) if test.headers else {}
    if cookies := render_cookies(test.cookies, source):
        _add_cookies(fields, cookies)
    body = encode_body(test.body, test.body_type, source)
    query = _render_query(test, source) if test.query_params else {}
    path = render_path(test.path, test.path_params, source)
    url = build_url(render_base_url(base_url, source), path, query)
    user = find_user_information(url)
    if user is not None:
        fields.setdefault("authorization", ("Authorization", user.authorization))
    return PreparedRequest(
        method=test.method,
        url=user.url if user else url,
        headers=tuple(_add_defaults(fields, body).values()),
        body=body.content if body else None,
        query=query,
        credentials=user.credentials if user else (),
        transfer=test.transfer.render(source),
    )


def _check_method(method: str) -> None:
    if not _METHOD.fullmatch(method):
        raise InvalidRequestError(
            f"'{method}' is not a method to send", "method", "Use a method such as GET."
        )


def _render_query(test: PlannedTest, source: ValueSource) -> JsonObject:
    return {
        render_string(name, source, "query_params"): render_value(
            value, source, f"query_params.{name}"
        )
        for name, value in test.query_params.items()
    }


def _add_cookies(fields: Fields, cookies: str) -> None:
    name, written = fields.get("cookie", ("Cookie", ""))
    fields["cookie"] = (name, join_cookies(written, cookies))


def _add_defaults(fields: Fields, body: EncodedBody | None) -> Fields:
    fields.setdefault("accept", ("Accept", "*/*"))
    fields.setdefault("user-agent", ("User-Agent", USER_AGENT))
    if body is not None:
        name, written = fields.get("content-type", ("Content-Type", body.content_type))
        fields["content-type"] = (name, body.complete(written))
    return fields
