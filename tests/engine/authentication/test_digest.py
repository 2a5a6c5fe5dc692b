"""Digest authentication against a target that verifies it."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.authentication.errors import AuthenticationError
from app.engine.errors import Category, InvalidRequestError
from tests.engine.authentication.desk import TRANSPORTS, CreateTransport, Desk, open_desk
from tests.engine.authentication.digest_target import DigestTarget, compute_response
from tests.engine.builders import MemoryTransport, json_response
from tests.targets.serving import RunningTarget

SETTINGS = {"username": "{{env.USER}}", "password": "{{env.PASSWORD}}"}
USABLE = 'Digest realm="{realm}", nonce="{nonce}", qop=auth'
ALGORITHMS = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"]


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_target_computes_the_example_of_the_rfc(algorithm: str, response: str) -> None:
    fields = {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "qop": "auth",
        "algorithm": algorithm,
    }
    assert compute_response("Circle of Life", fields, "GET", fields["cnonce"]) == response


@pytest.mark.parametrize("create_transport", TRANSPORTS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_answers_the_challenge_and_uses_the_nonce_again(
    running_target: RunningTarget, algorithm: str, create_transport: CreateTransport
) -> None:
    target = DigestTarget(algorithm)
    running_target.application = target.application
    async with open_desk(create_transport) as desk:
        for path in ("/", "/a%20b/ü?q=ä b&x='y'", "/{id}"):
            response = await desk.send(
                running_target.url,
                "digest",
                SETTINGS,
                path=path,
                path_params={"id": "a/b c"},
                query_params={"list": ["1", "2 3"]},
            )
            assert response.status_code == 200
    assert target.verified == 3
    # A server that keeps the first key of a session asks again for each request of it.
    assert target.challenged == (3 if algorithm.endswith("sess") else 1)


async def test_the_body_is_sent_again(running_target: RunningTarget) -> None:
    target = DigestTarget()
    running_target.application = target.application
    async with open_desk() as desk:
        response = await desk.send(
            running_target.url, "digest", SETTINGS, method="POST", body={"id": 1}
        )
    assert (response.status_code, response.body) == (200, b'{"id":1}')


async def test_a_user_may_be_one_credential(running_target: RunningTarget) -> None:
    running_target.application = DigestTarget().application
    async with open_desk() as desk:
        reference = "{{env.USER}}:{{env.PASSWORD}}"
        response = await desk.send(running_target.url, "digest", token_ref=reference)
        assert response.status_code == 200
        assert "correct horse" in desk.learned


async def test_a_user_may_have_any_letters(running_target: RunningTarget) -> None:
    running_target.application = DigestTarget().application
    async with open_desk() as desk:
        settings = {"username": "Äda", "password": "grüße"}
        response = await desk.send(running_target.url, "digest", settings)
        assert response.status_code == 200


async def test_a_nonce_that_became_stale_is_replaced(running_target: RunningTarget) -> None:
    target = DigestTarget(nonce_uses=2)
    running_target.application = target.application
    async with open_desk() as desk:
        for _ in range(7):
            response = await desk.send(running_target.url, "digest", SETTINGS)
            assert response.status_code == 200
    assert (target.verified, target.challenged) == (7, 4)


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_many_tests_at_once(
    running_target: RunningTarget, algorithm: str, is_strict: bool
) -> None:
    target = DigestTarget(algorithm, nonce_uses=5, is_strict=is_strict)
    running_target.application = target.application
    async with open_desk() as desk:
        requests = (desk.send(running_target.url, "digest", SETTINGS) for _ in range(40))
        responses = await asyncio.gather(*requests)
    assert {response.status_code for response in responses} == {200}
    assert target.verified == 40


async def test_a_wrong_password_is_answered_once(running_target: RunningTarget) -> None:
    target = DigestTarget()
    running_target.application = target.application
    async with open_desk() as desk:
        settings = {"username": "ada", "password": "wrong"}
        response = await desk.send(running_target.url, "digest", settings)
    assert (response.status_code, target.challenged) == (401, 2)


async def test_evidence_shows_the_answer_and_learns_it(running_target: RunningTarget) -> None:
    running_target.application = DigestTarget().application
    async with open_desk() as desk:
        response = await desk.send(running_target.url, "digest", SETTINGS)
        assert response.request
        authorization = dict(response.request.headers)["Authorization"]
        digest = authorization.partition('response="')[2][:32]
        assert digest in desk.learned
        assert "correct horse" in desk.learned


@pytest.mark.parametrize(
    "challenges",
    [
        ('Basic realm="x", Digest realm="{realm}", nonce="{nonce}", qop="auth"',),
        ('Basic realm="x"', 'digest Realm="{realm}", Nonce="{nonce}", qop="auth-int, auth"'),
        (f'Digest realm="x", nonce="n", qop="auth-int", algorithm=MD5, Negotiate, {USABLE}',),
        (f'Digest realm="x", nonce="n", qop="auth", algorithm=SHA-512-256, {USABLE}',),
    ],
)
async def test_takes_the_first_challenge_it_knows(
    running_target: RunningTarget, challenges: tuple[str, ...]
) -> None:
    target = DigestTarget(challenges=challenges)
    running_target.application = target.application
    async with open_desk() as desk:
        response = await desk.send(running_target.url, "digest", SETTINGS)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="{realm}", nonce="{nonce}", qop="auth-int"',
        'Digest nonce="{nonce}", qop="auth"',
        'Digest realm="{realm}", qop="auth"',
        'Digest realm="{realm}", nonce=',
        "Digest , = ,,",
    ],
)
async def test_says_which_challenge_it_does_not_know(
    running_target: RunningTarget, challenge: str
) -> None:
    target = DigestTarget("SHA-256", challenges=(challenge,))
    if "auth-int" not in challenge:
        target.algorithm = "MD5"
    running_target.application = target.application
    async with open_desk() as desk:
        with pytest.raises(AuthenticationError, match="a digest that is not known") as caught:
            await desk.send(running_target.url, "digest", SETTINGS)
    assert caught.value.problem.category is Category.AUTHENTICATION


async def test_a_401_without_a_challenge_is_the_answer(running_target: RunningTarget) -> None:
    running_target.application = DigestTarget(challenges=('Basic realm="x"',)).application
    async with open_desk() as desk:
        response = await desk.send(running_target.url, "digest", SETTINGS)
    assert response.status_code == 401


async def test_a_user_with_quotes_cannot_be_written() -> None:
    async with open_desk() as desk:
        with pytest.raises(InvalidRequestError, match=r"auth\.username: cannot hold quotes"):
            await desk.send("http://127.0.0.1:1", "digest", {"username": 'a"b', "password": "x"})


@given(
    st.lists(st.sampled_from([*'",= \\aä\t\r\n', "Digest ", "realm=", 'nonce="n"', "qop=auth"])),
    st.sampled_from(["", 'Digest realm="ä", nonce="n", ', "Digest nonce=n, realm=r, algorithm="]),
)
async def test_no_challenge_breaks_it(noise: list[str], start: str) -> None:
    challenge = {"WWW-Authenticate": start + "".join(noise)}
    desk = Desk(MemoryTransport(lambda _: json_response({}, 401, challenge)))
    settings = {"username": "ada", "password": "x"}
    with contextlib.suppress(AuthenticationError, InvalidRequestError):
        response = await desk.send("http://shop.test", "digest", settings)
        assert response.status_code == 401
