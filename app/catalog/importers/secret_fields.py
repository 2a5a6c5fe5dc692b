"""Takes secrets out of what documents say; variables take their place."""

from app.catalog.importers.placeholders import list_names
from app.catalog.importers.sensitive import is_secret_name, is_secret_value, split_credential
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonValue


def hide_secrets(value: JsonValue, book: VariableBook, name: str = "") -> JsonValue:
    """
    Return a JSON value with `{{VARIABLES}}` in place of the secrets in it.

    A placeholder that stands for a secret is left, and the variable of its name becomes secret.
    `name` is what the value is called.
    """
    if isinstance(value, dict):
        return {field: hide_secrets(item, book, field) for field, item in value.items()}
    if isinstance(value, list):
        return [hide_secrets(item, book, name) for item in value]
    return hide_text(name, value, book) if isinstance(value, str) else value


def hide_text(name: str, text: str, book: VariableBook) -> str:
    """Return a text, or the placeholder of a variable when it is a secret."""
    if not text or not (is_secret_name(name) or is_secret_value(text)):
        return text
    credential = None if is_secret_name(name) else split_credential(text)
    if credential is not None:
        return f"{credential[0]}{_hide(name or 'token', credential[1], book)}"
    return _hide(name, text, book)


def _hide(name: str, text: str, book: VariableBook) -> str:
    names = list_names(text)
    for inner in names:
        if not inner.startswith(("$", "captured_data.")):
            book.declare(inner, is_secret=True)
    if names:
        return text
    return f"{{{{{book.hide(text, name).removeprefix('env.')}}}}}"
