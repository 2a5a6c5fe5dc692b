"""GraphQL over HTTP: the query, its variables, and which operation of it to carry out."""

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonObject, JsonValue, get_type_name, render_json

FIELDS = ("query", "variables", "operationName", "extensions")


def encode_graphql(rendered: JsonValue) -> str:
    """The JSON to post; a text is the query alone. The query is sent as it is written."""
    request: JsonObject = {"query": rendered} if isinstance(rendered, str) else _check(rendered)
    return render_json({name: value for name, value in request.items() if value is not None})


def _check(rendered: JsonValue) -> JsonObject:
    if not isinstance(rendered, dict):
        raise _refuse(f"a GraphQL body must be a text or an object, not {get_type_name(rendered)}")
    unknown = [name for name in rendered if name not in FIELDS]
    if unknown:
        raise _refuse(f"a GraphQL body has no '{unknown[0]}'; it has {', '.join(FIELDS)}")
    if not isinstance(rendered.get("query"), str) and "extensions" not in rendered:
        raise _refuse("a GraphQL body needs a query, which is a text")
    if not isinstance(rendered.get("variables"), dict | None):
        raise _refuse("the variables of a GraphQL body must be an object")
    return rendered


def _refuse(message: str) -> InvalidRequestError:
    return InvalidRequestError(
        message, "body", "Write the body as an object of query, variables and operationName."
    )
