"""Sends the requests of one run: where they may go, with its cookies, along redirects."""

import asyncio
import time
from dataclasses import replace

from app.core.clock import to_milliseconds
from app.engine.network.guard import NetworkGuard
from app.engine.network.target import UnusableAddressError, parse_target
from app.engine.transport import PreparedRequest, ReceivedResponse, Redirect, Transport
from app.engine.transports import failures
from app.engine.transports.cookie_jar import CookieJar
from app.engine.transports.redirects import build_next, find_location, too_many


class Exchanger:
    """
    A transport over another one, for one run.

    Every hop is checked by the guard and connects only to the addresses that were checked. Cookies
    are those of the run, unless a request wants none.
    """

    def __init__(self, transport: Transport, guard: NetworkGuard) -> None:
        self._transport = transport
        self._guard = guard
        self._cookies = CookieJar()

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Raise TransportError when no answer arrived within `timeout` seconds, redirects included."""
        if request.transfer.maximum_redirects == 0:
            return await self._send(request, timeout)
        return await self._follow(request, timeout)

    async def _follow(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """Send on until an answer is no redirect; its time is that of the whole way."""
        started_at = time.perf_counter()
        redirects: list[Redirect] = []
        while True:
            hop_started_at = time.perf_counter()
            received = await self._send(request, timeout - (hop_started_at - started_at))
            location = find_location(received)
            if location is None:
                break
            following = build_next(request, received.status_code, location)
            redirect = Redirect(
                status_code=received.status_code, url=request.url, location=following.url
            )
            _check_limit(request, redirects, redirect)
            redirects.append(redirect)
            request = following
        if not redirects:
            return received
        return replace(
            received,
            redirects=tuple(redirects),
            url=request.url,
            elapsed_ms=to_milliseconds(time.perf_counter() - started_at),
            timing_phases={
                "redirect_ms": to_milliseconds(hop_started_at - started_at),
                **received.timing_phases,
            },
        )

    async def _send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        """One hop."""
        sent = self._add_cookies(request)
        if self._guard.is_needed:
            received = await self._send_guarded(sent, timeout)
        else:
            received = await self._transport.send(sent, timeout)
        if request.transfer.uses_cookies:
            self._cookies.keep(request.url, received.headers)
        return received

    def _add_cookies(self, request: PreparedRequest) -> PreparedRequest:
        if not request.transfer.uses_cookies or self._cookies.is_empty:
            return request
        own = "; ".join(value for name, value in request.headers if name.lower() == "cookie")
        cookies = self._cookies.render(request.url, own)
        if cookies == own:
            return request
        others = ((name, value) for name, value in request.headers if name.lower() != "cookie")
        return replace(request, headers=(*others, ("Cookie", cookies)))

    async def _send_guarded(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        started_at = time.perf_counter()
        try:
            async with asyncio.timeout(timeout):
                request = await self._check(request)
        except TimeoutError as error:
            raise failures.timed_out("no address", timeout) from error
        seconds = time.perf_counter() - started_at
        received = await self._transport.send(request, timeout - seconds)
        return replace(
            received,
            elapsed_ms=received.elapsed_ms + to_milliseconds(seconds),
            timing_phases={"dns_ms": to_milliseconds(seconds), **received.timing_phases},
        )

    async def _check(self, request: PreparedRequest) -> PreparedRequest:
        """The request in the only spelling that is passed on, and the addresses it may go to."""
        try:
            target = parse_target(request.url)
            proxy = parse_target(request.transfer.proxy) if request.transfer.proxy else None
        except UnusableAddressError as error:
            raise failures.unusable_address(str(error)) from error
        addresses = await self._guard.find_addresses(target)
        if proxy is not None:  # which then finds the target's address itself
            addresses = await self._guard.find_addresses(proxy)
        return replace(request, url=target.url, addresses=addresses)


def _check_limit(request: PreparedRequest, before: list[Redirect], redirect: Redirect) -> None:
    maximum = request.transfer.maximum_redirects
    if len(before) == maximum:
        is_loop = any(earlier.location == redirect.location for earlier in before)
        raise too_many(maximum, redirect.location, is_loop=is_loop)
