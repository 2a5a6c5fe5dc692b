"""The schemes against examples that the senders publish, and against forgeries."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from app.hooks.signatures.github import GitHubScheme
from app.hooks.signatures.gitlab import GitLabScheme
from app.hooks.signatures.message import Coverage, Message, Proof, SignatureMismatchError
from app.hooks.signatures.plain_hmac import HmacScheme
from app.hooks.signatures.scheme import SignatureScheme, get_replay_window
from app.hooks.signatures.standard import StandardScheme
from app.hooks.signatures.supabase import SupabaseScheme

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_TIME = datetime.fromtimestamp(1_614_265_330, UTC)
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
GITHUB_SECRET = "It's a Secret to Everybody"
GITHUB_HEADERS = {
    "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
}
SLACK = HmacScheme(
    header="X-Slack-Signature",
    prefix="v0=",
    timestamp_header="X-Slack-Request-Timestamp",
    signed_text="v0:{timestamp}:{body}",
)
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_TIME = datetime.fromtimestamp(1_531_420_618, UTC)
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_HEADERS = {
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    "X-Slack-Request-Timestamp": "1531420618",
}
TOKEN = "a-token-of-gitlab-or-supabase"


def make_message(headers: Mapping[str, str] | Sequence[tuple[str, str]], body: bytes) -> Message:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return Message(
        [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs], body
    )


def verify(
    scheme: SignatureScheme,
    headers: Mapping[str, str] | Sequence[tuple[str, str]],
    body: bytes,
    *secrets: str,
    now: datetime = STANDARD_TIME,
) -> Proof:
    return scheme.verify(make_message(headers, body), secrets, now)


def assert_refused(
    scheme: SignatureScheme,
    headers: Mapping[str, str] | Sequence[tuple[str, str]],
    body: bytes,
    *secrets: str,
    now: datetime = STANDARD_TIME,
) -> None:
    with pytest.raises(SignatureMismatchError):
        verify(scheme, headers, body, *secrets, now=now)


def test_the_example_of_standard_webhooks_is_accepted() -> None:
    proof = verify(StandardScheme(), STANDARD_HEADERS, STANDARD_BODY, STANDARD_SECRET)
    assert (proof.delivery_id, proof.coverage) == (STANDARD_HEADERS["webhook-id"], Coverage.ID)


def test_the_example_of_github_is_accepted() -> None:
    proof = verify(GitHubScheme(), GITHUB_HEADERS, b"Hello, World!", GITHUB_SECRET)
    assert (proof.delivery_id, proof.coverage) == (
        GITHUB_HEADERS["X-GitHub-Delivery"],
        Coverage.BODY,
    )


def test_the_example_of_slack_is_accepted() -> None:
    proof = verify(SLACK, SLACK_HEADERS, SLACK_BODY, SLACK_SECRET, now=SLACK_TIME)
    assert (proof.delivery_id, proof.coverage) == (None, Coverage.TIME)


def test_gitlab_is_accepted_by_token_and_by_signature() -> None:
    headers = {"X-Gitlab-Token": TOKEN, "X-Gitlab-Event-UUID": "uuid", "Idempotency-Key": "key"}
    assert verify(GitLabScheme(), headers, b"{}", TOKEN).delivery_id == "key"
    signed = GitLabScheme(mode="signed")
    assert verify(signed, STANDARD_HEADERS, STANDARD_BODY, STANDARD_SECRET).coverage is Coverage.ID
    assert_refused(signed, headers, b"{}", TOKEN)


def test_supabase_is_accepted_with_the_header_that_was_configured() -> None:
    scheme = SupabaseScheme(header="Authorization", prefix="Bearer ")
    assert verify(scheme, {"authorization": f"Bearer {TOKEN}"}, b"{}", TOKEN).delivery_id is None
    assert_refused(scheme, {"authorization": TOKEN}, b"{}", TOKEN)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_time_too_far_away_is_refused_either_way(minutes: int) -> None:
    late = STANDARD_TIME + timedelta(minutes=minutes)
    assert_refused(StandardScheme(), STANDARD_HEADERS, STANDARD_BODY, STANDARD_SECRET, now=late)
    late = SLACK_TIME + timedelta(minutes=minutes)
    assert_refused(SLACK, SLACK_HEADERS, SLACK_BODY, SLACK_SECRET, now=late)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_time_within_the_tolerance_is_accepted(minutes: int) -> None:
    now = STANDARD_TIME + timedelta(minutes=minutes)
    verify(StandardScheme(), STANDARD_HEADERS, STANDARD_BODY, STANDARD_SECRET, now=now)


@pytest.mark.parametrize(
    "time", ["", "nan", "inf", "1614265330.5", "-1614265330", "01614265330", "1" * 13, "²", "0x6"]
)
def test_a_time_that_is_no_number_of_seconds_is_refused(time: str) -> None:
    headers = STANDARD_HEADERS | {"webhook-timestamp": time}
    assert_refused(StandardScheme(), headers, STANDARD_BODY, STANDARD_SECRET)


def test_one_of_several_signatures_and_one_of_several_secrets_is_enough() -> None:
    known = STANDARD_HEADERS["webhook-signature"]
    headers = STANDARD_HEADERS | {"webhook-signature": f"v2,AAAA junk v1,!!! {known} v1a,x"}
    other = StandardScheme().generate_secret()
    verify(StandardScheme(), headers, STANDARD_BODY, other, STANDARD_SECRET)
    verify(GitHubScheme(), GITHUB_HEADERS, b"Hello, World!", "another secret", GITHUB_SECRET)
    assert_refused(StandardScheme(), headers, STANDARD_BODY, other)


VALID = {
    "standard": (StandardScheme(), STANDARD_HEADERS, STANDARD_BODY, STANDARD_SECRET, STANDARD_TIME),
    "github": (GitHubScheme(), GITHUB_HEADERS, b"Hello, World!", GITHUB_SECRET, STANDARD_TIME),
    "hmac": (SLACK, SLACK_HEADERS, SLACK_BODY, SLACK_SECRET, SLACK_TIME),
    "gitlab": (GitLabScheme(), {"X-Gitlab-Token": TOKEN}, b"{}", TOKEN, STANDARD_TIME),
    "supabase": (SupabaseScheme(), {"X-Hook-Secret": TOKEN}, b"{}", TOKEN, STANDARD_TIME),
}
SIGNED = ("standard", "github", "hmac")


@pytest.fixture(params=VALID)
def valid(
    request: pytest.FixtureRequest,
) -> tuple[SignatureScheme, dict[str, str], bytes, str, datetime]:
    return VALID[request.param]


def test_every_header_is_needed_once(
    valid: tuple[SignatureScheme, dict[str, str], bytes, str, datetime],
) -> None:
    scheme, headers, body, secret, now = valid
    verify(scheme, headers, body, secret, now=now)
    for name in headers:
        is_optional = name == "X-GitHub-Delivery"
        without = {key: value for key, value in headers.items() if key != name}
        if not is_optional:
            assert_refused(scheme, without, body, secret, now=now)
            assert_refused(scheme, headers | {name: ""}, body, secret, now=now)
        twice = [*headers.items(), (name, headers[name])]
        assert_refused(scheme, twice, body, secret, now=now)


@pytest.mark.parametrize("wrong", ["", "another secret of enough length", "ключ из юникода здесь"])
def test_a_wrong_secret_is_refused(
    valid: tuple[SignatureScheme, dict[str, str], bytes, str, datetime], wrong: str
) -> None:
    scheme, headers, body, _, now = valid
    assert_refused(scheme, headers, body, wrong, now=now)
    assert_refused(scheme, headers, body, now=now)


@pytest.mark.parametrize("name", SIGNED)
def test_an_altered_body_is_refused(name: str) -> None:
    scheme, headers, body, secret, now = VALID[name]
    for altered in (b"", body + b" ", body[:-1], body.upper(), b"\xff\xfe", body + b"\x00"):
        assert_refused(scheme, headers, altered, secret, now=now)


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("prefix", ["sha1=", "sha512=", "v0,", "v1a,", "V1,", "", " ", "é"])
def test_a_wrong_prefix_is_refused(name: str, prefix: str) -> None:
    scheme, headers, body, secret, now = VALID[name]
    header, value = next(item for item in headers.items() if "ignature" in item[0])
    digest = value.partition("=" if "=" in value[:8] else ",")[2]
    assert_refused(scheme, headers | {header: prefix + digest}, body, secret, now=now)


def test_an_altered_id_is_refused_where_it_is_signed() -> None:
    headers = STANDARD_HEADERS | {"webhook-id": "msg_other"}
    assert_refused(StandardScheme(), headers, STANDARD_BODY, STANDARD_SECRET)
    for unusable in ("msg é", "m" * 256, "msg id"):
        headers = STANDARD_HEADERS | {"webhook-id": unusable}
        assert_refused(StandardScheme(), headers, STANDARD_BODY, STANDARD_SECRET)


def test_the_fingerprint_ignores_what_is_not_signed() -> None:
    one = verify(GitHubScheme(), GITHUB_HEADERS, b"Hello, World!", GITHUB_SECRET)
    altered = GITHUB_HEADERS | {"X-GitHub-Delivery": "another"}
    other = verify(GitHubScheme(), altered, b"Hello, World!", GITHUB_SECRET)
    assert one.fingerprint == other.fingerprint
    assert one.delivery_id != other.delivery_id


def test_how_long_equal_content_is_the_same_delivery() -> None:
    body = Proof("id", "f" * 64, Coverage.BODY)
    assert get_replay_window(GitHubScheme(), body, None) == timedelta(days=1)
    assert get_replay_window(GitHubScheme(), body, timedelta(0)) == timedelta(0)
    time = Proof(None, "f" * 64, Coverage.TIME)
    assert get_replay_window(SLACK, time, timedelta(0)) >= timedelta(minutes=10)
    named, nameless = (Proof(name, "f" * 64, Coverage.NOTHING) for name in ("id", None))
    assert get_replay_window(GitLabScheme(), named, None) == timedelta(0)
    assert get_replay_window(GitLabScheme(), nameless, None) == timedelta(minutes=5)


def test_sha512_base64_and_a_signed_id() -> None:
    scheme = HmacScheme(
        header="X-Sign",
        algorithm="sha512",
        encoding="base64",
        id_header="X-Id",
        signed_text="{id}{body}",
    )
    # printf 'one{}' | openssl dgst -sha512 -hmac 0123456789abcdef -binary | base64 -w0
    signature = (
        "Uj/j59k7pW0a++d7QTE157ujQnWmyM5H0y6oXeMpjGPx9NAZeWsCuNwFj2TM9OFD1suQ6isDotS1/iZM4oo41A=="
    )
    headers = {"X-Sign": signature, "X-Id": "one"}
    assert verify(scheme, headers, b"{}", "0123456789abcdef").delivery_id == "one"
    assert_refused(scheme, headers | {"X-Id": "two"}, b"{}", "0123456789abcdef")
    assert_refused(scheme, {"X-Sign": signature}, b"{}", "0123456789abcdef")


@pytest.mark.parametrize(
    "settings",
    [
        {"signed_text": "{timestamp}.{body}"},
        {"signed_text": "{id}.{body}"},
        {"signed_text": "{timestamp}", "timestamp_header": "X-Time"},
        {"signed_text": "{body}{body}"},
        {"signed_text": "{body}", "timestamp_header": "X-Time"},
        {"signed_text": "{body}\r\n"},
        {"header": "X Sign"},
        {"header": "X-Sign\r\nX-Other"},
        {"prefix": "é"},
    ],
)
def test_settings_that_sign_nothing_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"signed_text|pattern"):
        HmacScheme.model_validate({"scheme": "hmac", "header": "X-Sign", **settings})


@pytest.mark.parametrize("scheme", [scheme for scheme, *_ in VALID.values()])
def test_a_generated_secret_is_one_that_would_be_taken(scheme: SignatureScheme) -> None:
    one, other = scheme.generate_secret(), scheme.generate_secret()
    assert one != other
    scheme.check_secret(one)
    for weak in ("", "short", "x" * 501, "0123456789abcdef\x00"):
        with pytest.raises(ValueError, match=r"a secret"):
            scheme.check_secret(weak)
