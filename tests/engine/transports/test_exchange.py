"""The way of a request in a run: checked, with cookies, along redirects."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from app.engine import Category, PreparedRequest, TransportError
from app.engine.network.guard import NetworkGuard
from app.engine.network.policy import NetworkPolicy
from app.engine.transfer import Tls, Transfer
from app.engine.transports.direct.opening import resolve
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.exchange import Exchanger
from tests.engine.transports import scripts
from tests.engine.transports.raw_server import RawServer, Script, respond, serve

FOLLOWING = Transfer(maximum_redirects=3)


@dataclass(slots=True)
class Way:
    """An exchanger and the target at its end."""

    exchanger: Exchanger
    server: RawServer

    async def get(self, path: str, transfer: Transfer = FOLLOWING, **fields: Any) -> Any:
        own: dict[str, Any] = {"method": "GET", "url": f"{self.server.url}{path}"}
        request = PreparedRequest(transfer=transfer, **(own | fields))
        return await self.exchanger.send(request, 5)

    @property
    def lines(self) -> list[str]:
        return [head.split(" HTTP")[0] for head in self.server.requests]


@asynccontextmanager
async def open_way(
    answers: Mapping[str, Script | bytes], *, protects_networks: bool = False, allow: str = ""
) -> AsyncGenerator[Way]:
    policy = NetworkPolicy.from_document({"allow": [allow] if allow else []})
    guard = NetworkGuard(policy, resolve, protects_networks=protects_networks)
    async with serve(answers) as server, aclosing(DirectTransport()) as transport:
        yield Way(Exchanger(transport, guard), server)


def redirect(location: str, status: int = 302, *headers: str) -> bytes:
    return respond(b"", f"Location: {location}", *headers, status=f"{status} Moved")


class TestRedirects:
    async def test_are_answers_unless_they_are_to_be_followed(self) -> None:
        async with open_way({"/a": redirect("/b")}) as way:
            response = await way.get("/a", Transfer())
        assert (response.status_code, response.redirects) == (302, ())

    async def test_are_followed_and_told(self) -> None:
        answers = {"/a": redirect("/b?x=1"), "/b": redirect("c", 301), "/c": respond(b"ok")}
        async with open_way(answers) as way:
            response = await way.get("/a")
            url = way.server.url
        assert (response.body, response.url) == (b"ok", f"{url}/c")
        assert [(hop.status_code, hop.url, hop.location) for hop in response.redirects] == [
            (302, f"{url}/a", f"{url}/b?x=1"),
            (301, f"{url}/b?x=1", f"{url}/c"),
        ]
        assert response.timing_phases["redirect_ms"] > 0
        assert response.elapsed_ms >= sum(response.timing_phases.values()) - 1

    @pytest.mark.parametrize(
        ("status", "method", "expected"),
        [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
            (302, "PUT", "PUT"),
            (307, "POST", "POST"),
            (308, "POST", "POST"),
        ],
    )
    async def test_keep_the_method_as_they_should(
        self, status: int, method: str, expected: str
    ) -> None:
        async with open_way({"/a": redirect("/b", status), "/b": respond(b"")}) as way:
            headers = (("Content-Type", "text/plain"),)
            await way.get("/a", method=method, body=b"hello", headers=headers)
        assert way.lines == [f"{method} /a", f"{expected} /b"]
        has_body = "content-type" in way.server.requests[1].lower()
        assert has_body == (expected == method and expected != "HEAD") or method == "HEAD"

    async def test_without_a_location_are_answers(self) -> None:
        async with open_way({"/a": respond(b"", status="302 Found")}) as way:
            assert (await way.get("/a")).status_code == 302

    async def test_go_on_so_long_only(self) -> None:
        answers = {f"/{i}": redirect(f"/{i + 1}") for i in range(5)}
        async with open_way(answers) as way:
            with pytest.raises(TransportError, match="more than 3 redirects: the last") as caught:
                await way.get("/0")
        assert len(way.lines) == 4
        assert caught.value.problem.transport_failure is None

    async def test_in_a_circle_are_told_as_such(self) -> None:
        async with open_way({"/a": redirect("/b"), "/b": redirect("/a")}) as way:
            with pytest.raises(TransportError, match="more than 3 redirects: they go in a circle"):
                await way.get("/a")

    @pytest.mark.parametrize("location", ["ftp://x.test/", "file:///etc/passwd", "http://[::1"])
    async def test_to_what_is_no_address_are_errors(self, location: str) -> None:
        async with open_way({"/a": redirect(location)}) as way:
            with pytest.raises(TransportError, match="no http or https address") as caught:
                await way.get("/a")
        assert caught.value.problem.category is Category.CONNECTION

    async def test_take_credentials_along_within_an_origin(self) -> None:
        async with open_way({"/a": redirect("/b"), "/b": respond(b"")}) as way:
            await way.get("/a", headers=(("Authorization", "Bearer t"),))
        assert "authorization: bearer t" in way.server.requests[1].lower()

    async def test_leave_credentials_behind_between_origins(self) -> None:
        async with open_way({"/b": respond(b"")}) as there:
            location = there.server.url.replace("127.0.0.1", "localhost") + "/b"
            async with open_way({"/a": redirect(location)}) as here:
                headers = (
                    ("Authorization", "Bearer t"),
                    ("Cookie", "a=1"),
                    ("X-Key", "secret-key"),
                    ("X-Other", "1"),
                )
                tls = Tls(certificate="mine", key="mine")
                transfer = Transfer(maximum_redirects=3, tls=tls)
                await here.get("/a", transfer, headers=headers, credentials=("secret-key",))
        head = there.server.requests[0].lower()
        assert "x-other: 1" in head
        assert not [name for name in ("authorization", "cookie", "x-key") if name in head]

    async def test_share_the_time_of_the_test(self) -> None:
        async def dawdle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            writer.write(redirect("/a"))

        async with open_way({"/a": dawdle}) as way:
            request = PreparedRequest(
                method="GET", url=f"{way.server.url}/a", transfer=Transfer(maximum_redirects=50)
            )
            with pytest.raises(TransportError) as caught:
                await way.exchanger.send(request, 1)
        assert caught.value.problem.category is Category.TIMEOUT
        assert len(way.lines) <= 4


class TestCookies:
    async def test_of_an_answer_go_into_the_next_request(self) -> None:
        answers = {"/a": respond(b"", "Set-Cookie: s=1; Path=/"), "/b": respond(b"")}
        async with open_way(answers) as way:
            await way.get("/a")
            await way.get("/b", headers=(("Cookie", "own=2; s=3"),))
            plain = await way.get("/b")
        assert "cookie: own=2; s=3\r\n" in way.server.requests[1].lower()
        assert "cookie: s=1\r\n" in way.server.requests[2].lower()
        assert ("Cookie", "s=1") in plain.request.headers

    async def test_set_on_the_way_count(self) -> None:
        answers = {"/a": redirect("/b", 302, "Set-Cookie: s=1"), "/b": respond(b"")}
        async with open_way(answers) as way:
            await way.get("/a")
        assert "cookie: s=1\r\n" in way.server.requests[1].lower()

    async def test_are_off_when_a_test_wants_none(self) -> None:
        async with open_way({"/a": respond(b"", "Set-Cookie: s=1")}) as way:
            await way.get("/a", Transfer(uses_cookies=False))
            await way.get("/a")
            await way.get("/a", Transfer(uses_cookies=False))
        assert not [head for head in way.server.requests if "cookie" in head.lower()]

    async def test_of_other_hosts_and_paths_stay_there(self) -> None:
        answers = {
            "/a": respond(b"", "Set-Cookie: s=1; Path=/x", "Set-Cookie: t=1; Domain=x.test"),
            "/b": respond(b""),
        }
        async with open_way(answers) as way:
            await way.get("/a")
            await way.get("/b")
        assert "cookie" not in way.server.requests[1].lower()

    async def test_of_a_bomb_stay_few(self) -> None:
        many = [f"Set-Cookie: c{i}={'x' * 20}" for i in range(3000)]
        long = f"Set-Cookie: long={'x' * 5000}"
        async with open_way({"/a": respond(b"", long, *many), "/b": respond(b"")}) as way:
            await way.get("/a")
            await way.get("/b")
        cookies = way.server.requests[1].partition("Cookie: ")[2]
        assert cookies.count("=") == 1000
        assert "long" not in cookies


class TestGuard:
    async def test_refuses_before_anything_connects(self) -> None:
        async with open_way({"/a": respond(b"")}, protects_networks=True) as way:
            with pytest.raises(TransportError, match="loopback"):
                await way.get("/a")
        assert way.server.connections == 0

    async def test_looks_at_every_redirect(self) -> None:
        port_of_another = "http://[::ffff:7f00:2]:1/"
        answers = {"/a": redirect(port_of_another)}
        async with open_way(answers, protects_networks=True, allow="127.0.0.1") as way:
            with pytest.raises(TransportError, match="loopback"):
                await way.get("/a")
        assert way.lines == ["GET /a"]

    async def test_looks_at_the_proxy(self) -> None:
        async with open_way({}, protects_networks=True) as way:
            transfer = Transfer(proxy=way.server.url)
            with pytest.raises(TransportError, match="loopback"):
                await way.get("/", transfer, url="http://8.8.8.8/")
        assert way.server.connections == 0

    async def test_lets_nobody_change_the_address_afterwards(self) -> None:
        answers = iter([("127.0.0.1",), ("192.0.2.1",)])

        async def rebind(host: str, port: int) -> tuple[str, ...]:
            return next(answers)

        policy = NetworkPolicy.from_document({"allow": ["127.0.0.1"]})
        async with serve({"/a": respond(b"ok")}) as server, aclosing(DirectTransport()) as http:
            exchanger = Exchanger(http, NetworkGuard(policy, rebind))
            url = server.url.replace("127.0.0.1", "rebound.test") + "/a"
            for _ in range(2):
                request = PreparedRequest(method="GET", url=url)
                response = await exchanger.send(request, 5)
                assert response.body == b"ok"
                assert "dns_ms" in response.timing_phases
        assert "host: rebound.test" in server.requests[0].lower()

    async def test_tries_one_address_after_the_other(self) -> None:
        async def resolve_twice(host: str, port: int) -> tuple[str, ...]:
            return "::1", "127.0.0.1"

        policy = NetworkPolicy.from_document({"allow": ["127.0.0.1", "::1"]})
        async with serve({"/a": respond(b"ok")}) as server, aclosing(DirectTransport()) as http:
            exchanger = Exchanger(http, NetworkGuard(policy, resolve_twice))
            url = server.url.replace("127.0.0.1", "two.test") + "/a"
            response = await exchanger.send(PreparedRequest(method="GET", url=url), 5)
        assert response.body == b"ok"

    async def test_gives_up_on_a_slow_name_service_in_time(self) -> None:
        async def hang(host: str, port: int) -> tuple[str, ...]:
            await asyncio.Event().wait()
            return ()

        async with aclosing(DirectTransport()) as http:
            exchanger = Exchanger(http, NetworkGuard(NetworkPolicy(), hang))
            with pytest.raises(TransportError, match="no address within"):
                await exchanger.send(PreparedRequest(method="GET", url="http://a.test/"), 0.1)


async def test_a_waiting_connection_that_the_target_closed_is_replaced() -> None:
    async def answer_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(respond(b"ok"))
        await writer.drain()
        writer.close()

    async with open_way({"/a": answer_once}) as way:
        for _ in range(3):
            assert (await way.get("/a")).body == b"ok"
        assert way.server.connections == 3


async def test_timeouts_are_told_with_the_time_of_the_test() -> None:
    async with open_way({"/a": scripts.hang_before_headers}) as way:
        request = PreparedRequest(method="GET", url=f"{way.server.url}/a")
        with pytest.raises(TransportError, match=r"no answer within 0\.2 s"):
            await way.exchanger.send(request, 0.2)
