"""Rows that the API shows one by one, changes and removes, each with the caller's rights."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.core.errors import ForbiddenError, NotFoundError
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError
from app.web.pagination import Listing

DatedItem = TypeVar("DatedItem", bound="DatedModel")


class DatedModel(BaseModel):
    """A representation that tells when it was changed last."""

    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Resource(Generic[DatedItem]):
    """
    A table whose rows can be read, created, changed and removed by their id.

    Every method costs one request to the database, `change` and `remove` at most three.
    """

    listing: Listing[DatedItem]

    async def get(
        self, session: Session, identifier: UUID, include: Collection[str] = ()
    ) -> DatedItem:
        """Return the row; raises `NotFoundError` when the caller does not see it."""
        row = await self.listing.find(session, include, id=identifier)
        if row is None:
            raise NotFoundError
        return self._parse(row)

    async def create(self, session: Session, row: Mapping[str, Any]) -> DatedItem:
        """Insert the row and return it; raises what the database refuses it with."""
        return self._parse(await session.insert(self.listing.table, row, self.listing.selected))

    async def change(
        self,
        session: Session,
        identifier: UUID,
        changes: Mapping[str, Any],
        precondition: Precondition,
    ) -> DatedItem:
        """Raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`."""
        known = await self.find_known(session, identifier, precondition)
        if not changes:
            return await self.get(session, identifier)
        row = await session.update(
            self.listing.table,
            identifier,
            changes,
            self.listing.selected,
            unchanged_since=known.updated_at if known else None,
        )
        if row is None:
            raise await self._explain(session, identifier, known)
        return self._parse(row)

    async def remove(self, session: Session, identifier: UUID, precondition: Precondition) -> None:
        """Raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`."""
        known = await self.find_known(session, identifier, precondition)
        since = known.updated_at if known else None
        if not await session.delete(self.listing.table, identifier, unchanged_since=since):
            raise await self._explain(session, identifier, known)

    async def find_known(
        self, session: Session, identifier: UUID, precondition: Precondition
    ) -> DatedItem | None:
        """
        Return the row, with all parts, that the caller knows; None if they do not mind.

        Raises `NotFoundError` or `PreconditionFailedError`.
        """
        if not precondition.is_given:
            return None
        known = await self.get(session, identifier, self.listing.includes)
        precondition.check(known, self.listing.includes)
        return known

    async def _explain(
        self, session: Session, identifier: UUID, known: DatedItem | None
    ) -> ForbiddenError | PreconditionFailedError:
        """Tell why nothing was written; raises `NotFoundError` when it is not visible."""
        present = await self.get(session, identifier)
        if known is not None and present.updated_at != known.updated_at:
            return PreconditionFailedError()
        return ForbiddenError()

    def _parse(self, row: Mapping[str, Any]) -> DatedItem:
        return self.listing.item.model_validate(row)
