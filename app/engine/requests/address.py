"""The URL of a request: base URL, path with its parameters, query."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, urlencode

from app.engine.errors import Category, InvalidRequestError, TemplateError
from app.engine.json_values import JsonObject, JsonValue, render_text
from app.engine.network.target import UnusableAddressError, parse_target
from app.engine.templates import (
    Template,
    ValueSource,
    parse_template,
    render_part,
    render_string,
    render_value,
)

# Inside a path these keep their meaning or are harmless; `?`, `#` and `%` in a value are encoded.
PATH_SAFE = "/:@!$&'()*+,;=~"

_URL_SAFE = f"{PATH_SAFE}?%[]"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PARAMETER = re.compile(r"\{([A-Za-z0-9_.-]{1,100})\}")
_TO_ENCODE = re.compile(r"[^A-Za-z0-9._/:@!$&'()*+,;=~?%\[\]-]")


def build_url(base_url: str, path: str, query: JsonObject) -> str:
    """Join already rendered parts; a path that is a whole URL replaces the base."""
    url = _join(base_url, path)
    encoded = _encode_query(query) if query else ""
    return append_query(url, encoded) if encoded else url


def _join(base_url: str, path: str) -> str:
    if _SCHEME.match(path):
        return read_url(path, "path")
    return f"{_read_address(base_url.rstrip('/'), 'base_url')}/{_encode(path.lstrip('/'))}"


def read_url(url: str, location: str) -> str:
    """An absolute URL as it is sent; raise InvalidRequestError when it is not http or https."""
    origin, rest = _split(url) if _SCHEME.match(url) else (url, "")
    address = _read_address(origin, location)
    return f"{address}{'' if rest.startswith('/') else '/'}{_encode(rest)}"


def append_query(url: str, encoded: str) -> str:
    """The URL with encoded pairs behind those it has."""
    return f"{url}{'&' if '?' in url else '?'}{encoded}"


@lru_cache(maxsize=256)
def _read_address(url: str, location: str) -> str:
    """The URL with its scheme in lower case; it must be http or https, without a query."""
    try:
        parse_target(url)
    except UnusableAddressError as error:
        raise _refuse(str(error), location) from error
    if "?" in url or "#" in url:
        raise _refuse(f"'{url}' cannot have a query or a fragment", location)
    scheme, separator, rest = url.partition("://")
    return f"{scheme.lower()}{separator}{rest}"


def _refuse(message: str, location: str) -> InvalidRequestError:
    return InvalidRequestError(
        message,
        location,
        "Set the base URL of the environment, such as https://api.example.com.",
        Category.ENVIRONMENT,
    )


def _split(url: str) -> tuple[str, str]:
    """Origin and the rest of an absolute URL."""
    start = url.index("//") + 2
    end = next((index for index in range(start, len(url)) if url[index] in "/?#"), len(url))
    return url[:end], url[end:]


def _encode(rest: str) -> str:
    """Path and query as every transport would send them, so that they can be signed."""
    rest = rest.partition("#")[0]
    if _TO_ENCODE.search(rest):
        rest = quote(rest, safe=_URL_SAFE)
    if "'" not in rest:
        return rest
    path, separator, query = rest.partition("?")
    return path + separator + query.replace("'", "%27")


def _encode_query(query: JsonObject) -> str:
    # A space as %20 means the same to everyone, signatures included; `+` does not.
    return urlencode(list(_iter_query(query)), quote_via=quote, errors="replace")


def _iter_query(query: JsonObject) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, render_text(item)


def render_path(path: str, parameters: Mapping[str, JsonValue], source: ValueSource) -> str:
    """Fill in `{name}` parameters and templates; a path of one expression is taken as it is."""
    try:
        template = parse_template(path)
        if template.is_single_expression:
            return template.render_text(source)
        return "".join(_iter_filled(template, parameters, source))
    except TemplateError as error:
        raise TemplateError(error.message, error.problem.location or "path") from error


def _iter_filled(
    template: Template, parameters: Mapping[str, JsonValue], source: ValueSource
) -> Iterator[str]:
    """Values lose their meaning to a path, and in its query all meaning."""
    safe = PATH_SAFE
    for part in template.parts:
        if isinstance(part, str):
            safe = "" if "?" in part else safe
            yield _fill_parameters(part, parameters, source)
        else:
            yield quote(render_part(part, source), safe=safe)


def _fill_parameters(text: str, parameters: Mapping[str, JsonValue], source: ValueSource) -> str:
    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name not in parameters:
            raise InvalidRequestError(
                f"no value for '{{{name}}}'; there is {', '.join(sorted(parameters)) or 'nothing'}",
                "path_params",
                f"Add '{name}' to the path parameters of the test.",
            )
        value = render_value(parameters[name], source, f"path_params.{name}")
        return quote(render_text(value), safe="")

    return _PARAMETER.sub(fill, text)


def render_base_url(base_url: str, source: ValueSource) -> str:
    """The base URL may use variables of its environment."""
    return render_string(base_url, source, "base_url")
