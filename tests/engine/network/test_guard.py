"""The guard: what it refuses, by which rule, and what an organization may change."""

from collections.abc import Sequence

import pytest

from app.engine import Category, InvalidPlanError, JsonValue, TransportError
from app.engine.network.guard import NetworkGuard
from app.engine.network.policy import NetworkPolicy
from app.engine.network.target import parse_target


class Names:
    """A name service that answers with what it was told, one answer after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        self.asked += 1
        return tuple(self._answers[min(self.asked, len(self._answers)) - 1])


def build_guard(
    *answers: Sequence[str],
    allow: list[JsonValue] | None = None,
    deny: list[JsonValue] | None = None,
    protects_networks: bool = True,
    honours_allow_lists: bool = True,
) -> NetworkGuard:
    policy = NetworkPolicy.from_document({"allow": allow or [], "deny": deny or []})
    names = Names(*(answers or (("93.184.216.34",),)))
    return NetworkGuard(
        policy,
        names.resolve,
        protects_networks=protects_networks,
        honours_allow_lists=honours_allow_lists,
    )


async def find(guard: NetworkGuard, url: str) -> tuple[str, ...]:
    return await guard.find_addresses(parse_target(url))


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        ("127.0.0.1", "it is a loopback address (127.0.0.0/8)"),
        ("127.9.9.9", "loopback"),
        ("2130706433", "127.0.0.1 may not be reached: it is a loopback address"),
        ("0x7f.1", "loopback"),
        ("0177.0.0.1", "loopback"),
        ("10.1.2.3", "it is a private address (10.0.0.0/8)"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("169.254.1.1", "link-local"),
        ("169.254.169.254", "it is a metadata address (169.254.169.254/32)"),
        ("168.63.129.16", "metadata"),
        ("0.0.0.0", "it is an unspecified address (0.0.0.0/8)"),  # noqa: S104
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("192.0.2.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("[::1]", "it is a loopback address (::1/128)"),
        ("[::]", "unspecified"),
        ("[fd00::1]", "private"),
        ("[fd00:ec2::254]", "metadata"),
        ("[fe80::1]", "link-local"),
        ("[ff02::1]", "multicast"),
        ("[2001:db8::1]", "reserved"),
        ("[2001:0:53aa:64c:0:fbff:80ff:fffe]", "reserved"),
        ("[4000::1]", "reserved"),
        ("[::ffff:127.0.0.1]", "loopback"),
        ("[::ffff:7f00:1]", "loopback"),
        ("[::ffff:a9fe:a9fe]", "metadata"),
        ("[::127.0.0.1]", "loopback"),
        ("[64:ff9b::7f00:1]", "loopback"),
        ("[64:ff9b::10.0.0.1]", "private"),
        ("[64:ff9b:1::1]", "private"),
        ("[2002:7f00:1::]", "loopback"),
        ("[2002:a00:1::1]", "private"),
    ],
)
async def test_refuses_what_is_not_public_by_its_rule(host: str, rule: str) -> None:
    with pytest.raises(TransportError) as caught:
        await find(build_guard(), f"http://{host}/")
    problem = caught.value.problem
    assert rule in problem.message
    assert (problem.category, problem.transport_failure) == (Category.ENVIRONMENT, None)
    assert "network policy" in problem.suggested_fix


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::8.8.8.8]", "[2002:808:808::1]", "shop.test"]
)
async def test_lets_public_addresses_pass(host: str) -> None:
    assert await find(build_guard(), f"https://{host}/")


async def test_a_name_is_refused_when_any_of_its_addresses_is() -> None:
    guard = build_guard(["93.184.216.34", "10.0.0.7"])
    with pytest.raises(TransportError, match=r"shop\.test \(10\.0\.0\.7\) may not be reached"):
        await find(guard, "http://shop.test/")


async def test_a_name_leads_where_it_led_when_it_was_checked() -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    guard = NetworkGuard(NetworkPolicy(), names.resolve)
    for _ in range(3):
        assert await find(guard, "http://shop.test/") == ("93.184.216.34",)
    assert names.asked == 1


@pytest.mark.parametrize(
    ("allowed", "url", "answer"),
    [
        ("10.0.0.0/8", "http://10.1.2.3/", "10.1.2.3"),
        ("10.1.2.3", "http://api.corp/", "10.1.2.3"),
        ("api.corp", "http://api.corp/", "10.1.2.3"),
        ("*.corp", "http://api.corp/", "10.1.2.3"),
        ("API.Corp.", "http://api.corp./", "10.1.2.3"),
        ("localhost", "http://localhost:8000/", "127.0.0.1"),
        ("127.0.0.0/8", "http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"),
        ("169.254.169.254", "http://169.254.169.254/", "169.254.169.254"),
    ],
)
async def test_an_organization_may_allow(allowed: str, url: str, answer: str) -> None:
    guard = build_guard([answer], allow=[allowed])
    assert await find(guard, url) == (answer,)


@pytest.mark.parametrize(
    ("allowed", "host"),
    [("corp", "api.corp"), ("*.corp", "corp"), ("*.corp", "evilcorp"), ("10.0.0.0/16", "10.1.0.1")],
)
async def test_what_is_allowed_is_no_more_than_it_says(allowed: str, host: str) -> None:
    guard = build_guard(["10.1.0.1"], allow=[allowed])
    with pytest.raises(TransportError, match="private"):
        await find(guard, f"http://{host}/")


async def test_a_name_that_is_allowed_opens_no_metadata_service() -> None:
    guard = build_guard(["169.254.169.254"], allow=["api.corp"])
    with pytest.raises(TransportError, match="metadata"):
        await find(guard, "http://api.corp/")


@pytest.mark.parametrize(
    ("denied", "rule"),
    [
        ("shop.test", "the organization denies shop.test"),
        ("*.test", r"the organization denies \*\.test"),
        ("93.184.0.0/16", "the organization denies 93.184.0.0/16"),
        ("*", "the organization allows only what it lists"),
    ],
)
@pytest.mark.parametrize("protects_networks", [True, False])
async def test_an_organization_may_deny(denied: str, rule: str, protects_networks: bool) -> None:
    guard = build_guard(deny=[denied], protects_networks=protects_networks)
    with pytest.raises(TransportError, match=rule):
        await find(guard, "http://shop.test/")


async def test_denied_is_denied_whatever_is_allowed() -> None:
    guard = build_guard(allow=["shop.test", "93.184.216.34"], deny=["93.184.216.34"])
    with pytest.raises(TransportError, match="denies"):
        await find(guard, "http://shop.test/")


async def test_everything_may_be_denied_but_some() -> None:
    guard = build_guard(allow=["*.test"], deny=["*"])
    assert await find(guard, "http://shop.test/")
    with pytest.raises(TransportError, match="only what it lists"):
        await find(guard, "http://elsewhere.org/")


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "localhost", "127.0.0.1"])
async def test_where_allow_lists_do_not_count_nothing_private_is_opened(allowed: str) -> None:
    guard = build_guard(("127.0.0.1",), allow=[allowed], honours_allow_lists=False)
    with pytest.raises(TransportError, match="loopback"):
        await find(guard, "http://localhost/")


async def test_allow_lists_that_open_nothing_private_still_pick_public_hosts() -> None:
    guard = build_guard(allow=["*.test"], deny=["*"], honours_allow_lists=False)
    assert await find(guard, "http://shop.test/")
    with pytest.raises(TransportError, match="only what it lists"):
        await find(guard, "http://elsewhere.org/")


async def test_without_protection_there_is_nothing_to_check() -> None:
    assert not build_guard(protects_networks=False).is_needed
    assert build_guard().is_needed
    assert build_guard(deny=["a.test"], protects_networks=False).is_needed
    guard = build_guard(deny=["a.test"], protects_networks=False)
    assert await find(guard, "http://127.0.0.1/") == ("127.0.0.1",)


@pytest.mark.parametrize(
    "policy",
    [
        {"allow": "10.0.0.0/8"},
        {"allow": [1]},
        {"deny": [""]},
        {"deny": ["a*b"]},
        {"deny": ["http://shop.test"] * 1001},
        {"deny": ["user@host"]},
        {"deny": ["http://shop.test"]},
        {"deny": ["shop.test:8080"]},
        {"allow": ["10.0.0.0/99"]},
        {"allow": ["10.0.0.256"]},
        {"allow": ["*."]},
    ],
)
def test_a_policy_that_cannot_be_read_is_told(policy: dict[str, JsonValue]) -> None:
    with pytest.raises(InvalidPlanError, match="network_policy"):
        NetworkPolicy.from_document(policy)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("Bücher.Test.", "http://bücher.test/"),
        ("*.bücher.test", "http://www.xn--bcher-kva.test/"),
        ("0x7f.1", "http://127.0.0.1/"),
        ("[2001:DB8::1]", "http://[2001:db8:0::1]/"),
    ],
)
async def test_entries_mean_what_targets_mean(entry: str, url: str) -> None:
    with pytest.raises(TransportError, match="the organization denies"):
        await find(build_guard(deny=[entry], protects_networks=False), url)
