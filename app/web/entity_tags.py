"""Entity tags: whether a representation is still the one that the caller knows (RFC 9110, 8.8.3)."""

import base64
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Header, Request
from pydantic import BaseModel

from app.web.errors import PreconditionFailedError, RequestInvalidError

TAG_CHARACTERS = 22
COMPRESSED = '.gzip"'
_CONDITION: Final = re.compile(r'\*|(?:W/)?"[^"]*"')
"""What may stand in `If-Match`: anything, or a tag, whose quotes belong to it."""


def make_entity_tag(document: Any) -> str:
    """Return a strong tag: the same for equal JSON documents, whatever the order of their names."""
    content = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
    return f'"{digest[:TAG_CHARACTERS]}"'


def mark_compressed(tag: str) -> str:
    """Return the tag of the same representation in its compressed form, which has other bytes."""
    return tag.removesuffix('"') + COMPRESSED


def list_tags(field: str) -> set[str]:
    """Return the tags that a field such as `If-Match` names, those of compressed forms as the others."""
    entries = (entry.strip() for entry in field.split(","))
    return {entry.replace(COMPRESSED, '"') for entry in entries}


def is_listed(tag: str, field: str) -> bool:
    """Say whether a field such as `If-None-Match` names the tag, weak spellings included."""
    listed = {entry.removeprefix("W/") for entry in list_tags(field)}
    return "*" in listed or tag in listed


@dataclass(frozen=True, slots=True)
class Precondition:
    """The `If-Match` of a request; `is_given` is false when the caller does not mind."""

    if_match: str | None = None

    @property
    def is_given(self) -> bool:
        return self.if_match is not None

    def check(self, resource: BaseModel, parts: Collection[str] = ()) -> None:
        """
        Raise `PreconditionFailedError` when the resource is not what the caller knows.

        `parts` are the fields that are shown on demand: the caller may have seen any of them.
        """
        if self.if_match is None:
            return
        listed = list_tags(self.if_match)
        shown = _iter_shown(resource, parts)
        if "*" not in listed and listed.isdisjoint(map(make_entity_tag, shown)):
            raise PreconditionFailedError


def _iter_shown(resource: BaseModel, parts: Collection[str]) -> Iterator[dict[str, Any]]:
    for count in range(len(parts) + 1):
        for hidden in combinations(parts, count):
            for sparse in (True, False):
                shown = resource.model_dump_json(exclude=set(hidden), exclude_unset=sparse)
                # Read as callers read it: whole numbers beyond 64 bits are not exact there either.
                yield orjson.loads(shown)


async def read_precondition(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1_000,
            description="The `ETag` of the representation that the change is meant for, quotes included.",
        ),
    ] = None,
) -> Precondition:
    """
    Return the condition that the caller makes; a field may come in several lines.

    Raises `RequestInvalidError` for what is no tag: it would match nothing, read again or not.
    """
    if if_match is None:
        return Precondition()
    condition = ",".join(request.headers.getlist("if-match"))
    if not all(map(_CONDITION.fullmatch, list_tags(condition) - {""})):
        raise RequestInvalidError(
            'If-Match: send the ETag as it came, in its double quotes, or "*"', field="If-Match"
        )
    return Precondition(condition)


IfMatch = Annotated[Precondition, Depends(read_precondition)]
