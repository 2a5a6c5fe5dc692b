"""What clients say on a socket, and what they are answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from app.realtime.errors import InvalidMessageError
from app.realtime.events import EventModel
from app.realtime.models import EndReason
from app.web.fields import RequestModel

Reference = Annotated[
    str | None, Field(max_length=200, description="Comes back in the answer.", examples=["7"])
]


class Authenticate(RequestModel):
    """Who is speaking: the first message unless the handshake said so, later a fresh token."""

    type: Literal["authenticate"]
    token: SecretStr
    ref: Reference = None


class Subscribe(RequestModel):
    """Follow a topic, from a snapshot on, or after an event that was seen before."""

    type: Literal["subscribe"]
    topic: str = Field(max_length=100, examples=["run:6f1c1b0e-3c0f-4a53-8c0e-0f8f5f1a7f11"])
    after_seq: int | None = Field(default=None, ge=0, lt=10**18)
    ref: Reference = None


class Unsubscribe(RequestModel):
    """Follow a topic no longer."""

    type: Literal["unsubscribe"]
    topic: str = Field(max_length=100)
    ref: Reference = None


class Ping(RequestModel):
    """Ask for a sign of life."""

    type: Literal["ping"]
    ref: Reference = None


ClientMessage = Authenticate | Subscribe | Unsubscribe | Ping
_MESSAGE = TypeAdapter[ClientMessage](Annotated[ClientMessage, Field(discriminator="type")])


class Answer(EventModel):
    """`ref` is that of the message that is answered."""

    ref: str | None


class Authenticated(Answer):
    """The socket speaks for this user until the token expires; send a fresh one before."""

    user_id: UUID
    expires_at: datetime


class Subscribed(Answer):
    """Events of the topic follow, a snapshot first unless it was resumed."""


class Unsubscribed(Answer):
    """Nothing more follows from the topic; without `ref` it was not asked for."""

    reason: EndReason | Literal["requested"]


class Pong(Answer):
    """The service is there."""


class Refusal(Answer):
    """A message had no effect; `code` is one of the error codes of the API."""

    code: str
    detail: str


def parse_message(text: str) -> ClientMessage:
    """Read a message; raises `InvalidMessageError`, which repeats nothing of what was sent."""
    try:
        return _MESSAGE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidMessageError(f"{place}: {first['msg']}" if place else first["msg"]) from None
