"""Fetches documents and reads them, one at a time."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from app.catalog.importers.errors import DocumentInvalidError, DocumentUnreachableError
from app.catalog.importers.model import Imported
from app.catalog.importers.readers import READERS, Format
from app.core.settings import Settings
from app.engine.errors import TransportError
from app.engine.network.guard import NetworkGuard
from app.engine.network.policy import NetworkPolicy
from app.engine.transfer import Transfer
from app.engine.transport import PreparedRequest, ReceivedResponse, Transport
from app.engine.transports.direct.opening import resolve
from app.engine.transports.exchange import Exchanger
from app.engine.transports.http_transport import HttpTransport

FETCH_SECONDS = 20.0
MAXIMUM_REDIRECTS = 5
ACCEPTED = "application/json, application/yaml, application/openapi+json, */*"


class Intake:
    """What documents come in through: `limit` bytes at most, and only from where tests may go."""

    def __init__(self, transport: Transport, settings: Settings) -> None:
        self._transport = transport
        self._settings = settings
        # A document takes many times its size while it is read.
        self._reading = asyncio.Semaphore(1)

    async def fetch(self, url: str, network_policy: Mapping[str, Any]) -> str:
        """Return the text at an address; raises `DocumentUnreachableError`."""
        guard = NetworkGuard(
            NetworkPolicy.from_document(network_policy),
            resolve,
            protects_networks=self._settings.guards_network,
            honours_allow_lists=self._settings.network_allow_lists,
        )
        request = PreparedRequest(
            method="GET",
            url=url,
            headers=(("Accept", ACCEPTED),),
            transfer=Transfer(
                maximum_redirects=MAXIMUM_REDIRECTS,
                maximum_body_bytes=self._settings.import_body_limit,
            ),
        )
        try:
            received = await Exchanger(self._transport, guard).send(request, FETCH_SECONDS)
        except TransportError as error:
            raise DocumentUnreachableError(error.problem.message, field="url") from error
        return self._decode(received)

    async def read(self, wanted: Format, text: str) -> Imported:
        """Return what is in a text; raises `DocumentInvalidError`."""
        async with self._reading:
            return await asyncio.to_thread(READERS[wanted].read, text)

    def _decode(self, received: ReceivedResponse) -> str:
        if not 200 <= received.status_code < 300:
            message = f"The address answered with status {received.status_code}."
            raise DocumentUnreachableError(message, field="url")
        if received.is_truncated:
            message = f"The document is longer than {self._settings.import_body_limit} bytes."
            raise DocumentUnreachableError(message, field="url")
        try:
            return received.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = "The document is no UTF-8 text."
            raise DocumentInvalidError(message, field="url") from error


@asynccontextmanager
async def taking_documents(settings: Settings) -> AsyncGenerator[Intake]:
    """Yield an intake with connections of its own."""
    async with aclosing(HttpTransport(settings.import_body_limit)) as transport:
        yield Intake(transport, settings)
