"""Decides whether a connection may have a channel, and with which permissions."""

import psycopg

from scripts.local_supabase.keys import InvalidTokenError
from scripts.local_supabase.realtime.authorization import (
    EVERYTHING,
    DatabaseUnavailableError,
    Identity,
    Permissions,
)
from scripts.local_supabase.realtime.broadcasts import TOPIC_PREFIX, Broadcast, Room
from scripts.local_supabase.realtime.channels import Channel, Send
from scripts.local_supabase.realtime.frames import ClientFrame, Codec
from scripts.local_supabase.realtime.hub import Hub
from scripts.local_supabase.realtime.joining import JoinRefusedError, JoinRequest
from scripts.local_supabase.realtime.messages import list_replay


class Admission:
    """Admits channels of one connection; the token of its API key speaks where no user does."""

    def __init__(self, hub: Hub, codec: Codec, socket_token: str, send: Send) -> None:
        self._hub = hub
        self._codec = codec
        self._socket_token = socket_token
        self._send = send

    async def admit(self, frame: ClientFrame) -> Channel:
        """Return a channel that holds live messages back; raise JoinRefusedError."""
        topic = frame.topic.removeprefix(TOPIC_PREFIX)
        if not topic:
            raise JoinRefusedError("TopicNameRequired: You must provide a topic name")
        request = JoinRequest.from_payload(frame.payload)
        room = Room(topic, request.private)
        identity, readable = await self.authorize(request.access_token or self._socket_token, room)
        return Channel(
            room=room,
            join_ref=frame.ref if frame.join_ref is None else frame.join_ref,
            request=request,
            identity=identity,
            readable=readable,
            codec=self._codec,
            send=self._send,
            held=[],
        )

    async def authorize(self, token: str, room: Room) -> tuple[Identity, Permissions]:
        """Return who the token names and what they may hear; raise JoinRefusedError."""
        try:
            identity = self._hub.authorizer.identify(token)
            if not room.private:
                return identity, EVERYTHING
            readable = await self._hub.authorizer.get_read_permissions(identity, room.topic)
        except InvalidTokenError as error:
            raise JoinRefusedError(f"InvalidJWTToken: {error}") from error
        except DatabaseUnavailableError as error:
            reason = "InitializingProjectConnection: The database cannot be reached"
            raise JoinRefusedError(reason) from error
        if not readable.any:
            raise JoinRefusedError(
                "Unauthorized: You do not have permissions to read from this Channel topic: "
                f"{room.topic}"
            )
        return identity, readable

    async def list_replay(self, channel: Channel) -> list[Broadcast]:
        """Return what the channel asked to hear again; raise JoinRefusedError."""
        replay = channel.request.replay
        if replay is None or not channel.readable.broadcast:
            return []
        try:
            async with self._hub.pool.connection() as connection:
                return await list_replay(
                    connection, channel.room.topic, replay.since_milliseconds, replay.limit
                )
        except psycopg.Error as error:
            raise JoinRefusedError(f"UnableToReplayMessages: {error}") from error
