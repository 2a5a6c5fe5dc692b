"""The order of all things of one kind that something has: read and given as a whole, under one tag."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.core.errors import NotFoundError
from app.db.errors import ChangedMeanwhileError
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError

OrderModel = TypeVar("OrderModel", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Order(Generic[OrderModel]):
    """
    An order in the database; `model` is the list of ids, under its name.

    `parent` names the id of what has it in requests to `reader` and `writer`, functions both.
    """

    model: type[OrderModel]
    parent: str
    reader: str
    writer: str

    async def read(self, session: Session, parent_id: UUID) -> OrderModel:
        """Return the order; raises `NotFoundError`."""
        request = {self.parent: str(parent_id)}
        order = await session.call(self.reader, request, idempotent=True)
        if order is None:
            raise NotFoundError
        return self.model.model_validate(order)

    async def write(
        self, session: Session, parent_id: UUID, order: OrderModel, precondition: Precondition
    ) -> OrderModel:
        """
        Give the order; raises `OrderIncompleteError` when it does not name each once.

        Raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`, too.
        """
        request = {self.parent: str(parent_id), **order.model_dump(mode="json")}
        if precondition.is_given:
            known = await self.read(session, parent_id)
            precondition.check(known)
            (request["known"],) = known.model_dump(mode="json").values()
        try:
            # Carried out twice it comes to the same, unless it meets itself as another's change.
            idempotent = not precondition.is_given
            written = await session.call(self.writer, request, idempotent=idempotent)
        except ChangedMeanwhileError as error:
            raise PreconditionFailedError from error
        return self.model.model_validate(written)
