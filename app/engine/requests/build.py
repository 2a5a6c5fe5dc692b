"""Builds the request of a test: templates filled in, URL joined, body encoded."""

import re
from collections.abc import Mapping

from app.engine.authentication import build_authorization
from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, render_text
from app.engine.plan import PlannedTest
from app.engine.requests.address import build_url, find_credentials, render_base_url, render_path
from app.engine.requests.body import EncodedBody, encode_body
from app.engine.templates import ValueSource, render_string, render_value
from app.engine.transport import PreparedRequest

USER_AGENT = "api-testing-platform"

_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def build_request(test: PlannedTest, base_url: str, source: ValueSource) -> PreparedRequest:
    """Raise TemplateError or InvalidRequestError naming the part that cannot be built."""
    if not _METHOD.fullmatch(test.method):
        raise InvalidRequestError(
            f"'{test.method}' is not an HTTP method", "method", "Use a method such as GET."
        )
    headers = _render_headers(test.headers, source)
    authorization = build_authorization(test.auth, source)
    if authorization is not None:
        name, value = authorization.header
        headers[name.lower()] = (name, _check_value(name, value))
    body = encode_body(test.body, test.body_type, source)
    query = {
        render_string(name, source, "query_params"): render_value(
            value, source, f"query_params.{name}"
        )
        for name, value in test.query_params.items()
    }
    path = render_path(test.path, test.path_params, source)
    url = build_url(render_base_url(base_url, source), path, query)
    return PreparedRequest(
        method=test.method,
        url=url,
        headers=tuple(_add_defaults(headers, body).values()),
        body=body.content if body else None,
        query=query,
        credentials=(
            *(authorization.credentials if authorization else ()),
            *find_credentials(url),
        ),
    )


def _render_headers(
    headers: Mapping[str, JsonValue], source: ValueSource
) -> dict[str, tuple[str, str]]:
    rendered: dict[str, tuple[str, str]] = {}
    for template, value in headers.items():
        name = render_string(template, source, "headers")
        if not _HEADER_NAME.fullmatch(name):
            raise InvalidRequestError(
                "this is not a header name", f"headers.{name!r}", "Correct the name of the header."
            )
        content = render_value(value, source, f"headers.{name}")
        if content is not None:
            rendered[name.lower()] = (name, _check_value(name, render_text(content)))
    return rendered


def _check_value(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise InvalidRequestError(
            "a header cannot hold line breaks or control characters",
            f"headers.{name}",
            "Correct the value of the header.",
        )
    return value.strip()


def _add_defaults(
    headers: dict[str, tuple[str, str]], body: EncodedBody | None
) -> dict[str, tuple[str, str]]:
    headers.setdefault("accept", ("Accept", "*/*"))
    headers.setdefault("user-agent", ("User-Agent", USER_AGENT))
    if body is not None:
        headers.setdefault("content-type", ("Content-Type", body.content_type))
    return headers
