"""The body of a verified delivery as JSON."""

from typing import Final
from urllib.parse import parse_qsl

from app.engine.json_values import JsonValue, parse_json
from app.hooks.errors import HookPayloadError
from app.hooks.signatures.message import Message

FORM_TYPE: Final = b"application/x-www-form-urlencoded"
FORM_FIELD: Final = "payload"
MAXIMUM_FORM_FIELDS: Final = 20


def read_payload(message: Message) -> JsonValue:
    """
    Return the JSON of the body, or of the field `payload` of a form, whatever else it is called.

    Raises `HookPayloadError`.
    """
    types = [value for name, value in message.headers if name == b"content-type"]
    is_form = any(value.split(b";")[0].strip().lower() == FORM_TYPE for value in types)
    content = _read_form(message.body) if is_form else message.body
    try:
        return parse_json(content)
    except ValueError as error:
        reason = str(error).partition(":")[0]
        raise HookPayloadError(f"The body is not JSON: {reason}.") from error


def _read_form(body: bytes) -> bytes:
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MAXIMUM_FORM_FIELDS)
    except ValueError as error:
        raise HookPayloadError("The form has too many fields.") from error
    values = [value for name, value in fields if name == FORM_FIELD.encode()]
    if len(values) != 1:
        raise HookPayloadError(
            f"The form has {len(values)} fields named {FORM_FIELD}; one is needed."
        )
    return values[0]
