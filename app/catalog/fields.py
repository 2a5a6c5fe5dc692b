"""Field types that several documents of the catalog share."""

import re
from typing import Annotated, Any, Final, cast

from pydantic import (
    AfterValidator,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from app.web.fields import RequestModel

_UNSTORABLE: Final = re.compile("[\\x00\\ud800-\\udfff]")

Key = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", min_length=1, max_length=63)
]
Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_048)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
JsonPath = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
# A text with `{{templates}}`, or without.
Template = Annotated[str, StringConstraints(max_length=65_536)]
Scalar = str | int | float | bool


def _refuse_unstorable(value: Any) -> Any:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and _UNSTORABLE.search(item):
            message = "holds NUL or half of a surrogate pair, which cannot be stored"
            raise ValueError(message)
        if isinstance(item, list):
            pending.extend(cast("list[Any]", item))
        elif isinstance(item, dict):
            fields = cast("dict[str, Any]", item)
            pending.extend((*fields, *fields.values()))
    return value


# Any JSON that Postgres can hold.
JsonContent = Annotated[Any, AfterValidator(_refuse_unstorable)]


class SparseModel(RequestModel):
    """Stored as sent: an absent field stays absent, an explicit null stays null."""

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        declared = type(self).model_fields
        sent = {declared[name].alias or name for name in self.model_fields_set}
        return {name: value for name, value in fields.items() if name in sent}
