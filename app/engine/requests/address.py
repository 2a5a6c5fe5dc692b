"""The URL of a request: base URL, path with its parameters, query."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

from app.engine.errors import Category, InvalidRequestError, TemplateError
from app.engine.json_values import JsonObject, JsonValue, render_text
from app.engine.templates import ValueSource, parse_template, render_string, render_value

# Inside a path these keep their meaning or are harmless; `?`, `#` and `%` in a value are encoded.
PATH_SAFE = "/:@!$&'()*+,;=~"

_PARAMETER = re.compile(r"\{([A-Za-z0-9_.-]{1,100})\}")


def build_url(base_url: str, path: str, query: JsonObject) -> str:
    """Join already rendered parts; a path that is a whole URL replaces the base."""
    is_absolute = path.startswith(("http://", "https://"))
    url = path if is_absolute else f"{base_url.rstrip('/')}/{path.lstrip('/')}"
    _check(url, "path" if is_absolute else "base_url")
    encoded = urlencode(list(_iter_query(query)))
    if not encoded:
        return url
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}{encoded}"


def _check(url: str, location: str) -> None:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_usable = is_usable and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise InvalidRequestError(
            f"'{url}' is not an http or https address",
            location,
            "Set the base URL of the environment, such as https://api.example.com.",
            Category.ENVIRONMENT,
        )


def find_credentials(url: str) -> tuple[str, ...]:
    """The password in `https://user:password@host`, as written and decoded."""
    password = urlsplit(url).password if "@" in url else None
    return (password, unquote(password)) if password else ()


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
        parts = (
            _fill_parameters(part, parameters, source)
            if isinstance(part, str)
            else quote(render_text(source.resolve(part)), safe=PATH_SAFE)
            for part in template.parts
        )
        return "".join(parts)
    except TemplateError as error:
        raise TemplateError(error.message, error.problem.location or "path") from error


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
