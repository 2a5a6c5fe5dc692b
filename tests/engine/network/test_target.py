"""Addresses are read in one way only, whatever others would make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.network.target import Target, UnusableAddressError, parse_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://shop.test", Target("http", "shop.test", 80, "shop.test", "/")),
        (
            "HTTPS://Shop.Test:8443/a?b=c#d",
            Target("https", "shop.test", 8443, "shop.test:8443", "/a?b=c"),
        ),
        ("http://shop.test?a=1", Target("http", "shop.test", 80, "shop.test", "/?a=1")),
        ("http://user:p@shop.test/", Target("http", "shop.test", 80, "shop.test", "/")),
        ("http://[::1]:80/", Target("http", "::1", 80, "[::1]", "/")),
        ("http://[::FFFF:127.0.0.1]/", Target("http", "::ffff:7f00:1", 80, "[::ffff:7f00:1]", "/")),
        (
            "http://b\u00fccher.test/\u00fc x",
            Target("http", "xn--bcher-kva.test", 80, "xn--bcher-kva.test", "/%C3%BC%20x"),
        ),
        (
            "http://shop.test./%2e%2e/a%2Fb",
            Target("http", "shop.test.", 80, "shop.test.", "/%2e%2e/a%2Fb"),
        ),
    ],
)
def test_reads_addresses(url: str, target: Target) -> None:
    assert parse_target(url) == target


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0X7F.0.0.0x1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
    ],
)
def test_every_spelling_of_an_address_becomes_the_usual_one(host: str) -> None:
    assert parse_target(f"http://{host}/").host == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.test",
        "//shop.test/",
        "ftp://shop.test/",
        "file:///etc/passwd",
        "gopher://shop.test/",
        "javascript:alert(1)",
        "http://",
        "http:///a",
        "http://:80/",
        "http://shop.test:0/",
        "http://shop.test:65536/",
        "http://shop.test:x/",
        "http://shop test/",
        "http://shop.test\\@127.0.0.1/",
        "http://127.0.0.1\\.shop.test/",
        "http://a@b@127.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1%00.shop.test/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[127.0.0.1]/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://09.0.0.1/",
        "http://0xzz.1/",
        "http://4294967296/",
        "http://" + "a" * 300 + "/",
        "http://-a/\n",
        "http://shop.test\n/",
        " http://shop.test/",
    ],
)
def test_what_could_be_read_differently_is_refused(url: str) -> None:
    with pytest.raises(UnusableAddressError):
        parse_target(url)


def test_a_password_is_not_quoted() -> None:
    with pytest.raises(UnusableAddressError) as caught:
        parse_target("http://user:pass word@shop.test/")
    assert str(caught.value) == "'http://shop.test/' is not an http or https address"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://shop.test/{text}"):
        try:
            target = parse_target(url)
        except UnusableAddressError:
            continue
        assert target.url.isascii()
        assert not set(target.url) & set(" \t\r\n")
        assert parse_target(target.url) == target
