"""Deletes by functions of the database that refuse to break what others need."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from app.db.errors import ChangedMeanwhileError
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError
from app.web.resources import DatedItem, Resource

WithResults = Annotated[
    bool,
    Query(description="Also when results of runs, or what is left of them, would be lost."),
]


async def read_known(
    session: Session,
    resource: Resource[DatedItem],
    identifier: UUID,
    precondition: Precondition,
) -> datetime | None:
    """Return when the caller's representation was changed last; None if they do not mind."""
    known = await resource.find_known(session, identifier, precondition)
    return known.updated_at if known else None


async def call_removal(
    session: Session, function: str, read_at: datetime | None, **request: Any
) -> None:
    """Raises `PreconditionFailedError` for what changed after `read_at`, or what else refuses it."""
    moment = read_at and read_at.isoformat()
    try:
        await session.call(function, {**request, "read_at": moment})
    except ChangedMeanwhileError as error:
        raise PreconditionFailedError from error
