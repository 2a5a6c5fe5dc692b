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
    try:
        return parse_json(message.body)
    except ValueError as error:
        # What is JSON is never read as a form: senders do not sign the header that says which it is.
        if not _is_form(message):
            raise _refuse(error) from error
    try:
        return parse_json(_read_form(message.body))
    except ValueError as error:
        raise _refuse(error) from error


def _is_form(message: Message) -> bool:
    types = [value for name, value in message.headers if name == b"content-type"]
    return any(value.split(b";")[0].strip().lower() == FORM_TYPE for value in types)


def _refuse(error: ValueError) -> HookPayloadError:
    return HookPayloadError(f"The body is not JSON: {str(error).partition(':')[0]}.")


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
