"""Digest authentication (RFC 7616), computed by httpx."""

import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import ClassVar, Self, TypeAlias

import httpx

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.challenges import HEADER, Challenge, find_challenges
from app.engine.authentication.errors import AuthenticationError
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.authentication.user import USER_SETTINGS, read_user
from app.engine.network.target import parse_target
from app.engine.requests.header import with_field
from app.engine.transport import PreparedRequest, ReceivedResponse

ALGORITHMS = ("MD5", "MD5-SESS", "SHA-256", "SHA-256-SESS", "SHA-512", "SHA-512-SESS")
PROTECTION = "auth"

Origin: TypeAlias = tuple[str, str]

_RESPONSE = re.compile(r'response="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """
    Answers the target's challenge; later requests of the run use the same nonce at once.

    Only a nonce that was accepted is used again, so that requests at the same time cannot spoil
    each other's first use of one.
    """

    settings: ClassVar[tuple[str, ...]] = USER_SETTINGS
    is_shared: ClassVar[bool] = True

    username: str
    password: str = field(repr=False)
    accepted: dict[Origin, httpx.DigestAuth] = field(
        default_factory=dict[Origin, httpx.DigestAuth], init=False, compare=False, repr=False
    )

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """The user is in the settings or what `auth_token_ref` names."""
        user, password = read_user(settings)
        if '"' in user or "\\" in user:
            raise settings.refuse("username", "cannot hold quotes or backslashes")
        return cls(user, password)

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send, and once more with the answer when the target challenges."""
        origin = _get_origin(request.url)
        known = self.accepted.get(origin)
        response = await line.send(_sign(request, known, line) if known else request)
        challenge = _find_challenge(response) if _is_challenged(response, origin) else None
        if challenge is None:
            return response
        answer = httpx.DigestAuth(self.username, self.password)
        asked = response.request if response.redirects and response.request else request
        response = await line.send(_answer(asked, answer, challenge, line))
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            self.accepted[origin] = answer
        return response


def _get_origin(url: str) -> Origin:
    target = parse_target(url)
    return target.scheme, target.authority


def _is_challenged(response: ReceivedResponse, origin: Origin) -> bool:
    """A redirect to elsewhere may not lead to an answer there."""
    if response.status_code != HTTPStatus.UNAUTHORIZED:
        return False
    return response.url is None or _get_origin(response.url) == origin


def _find_challenge(response: ReceivedResponse) -> Challenge | None:
    challenges = find_challenges(response, "digest")
    usable = next(filter(_is_usable, challenges), None)
    if usable is None and challenges:
        raise AuthenticationError(
            f"the target asks for a digest that is not known: {challenges[0]}",
            f"Let it offer one of {', '.join(ALGORITHMS)} with qop {PROTECTION}.",
        )
    return usable


def _is_usable(challenge: Challenge) -> bool:
    parameters = challenge.parameters
    protections = [word.strip() for word in parameters.get("qop", PROTECTION).split(",")]
    is_known = parameters.get("algorithm", "MD5").upper() in ALGORITHMS
    return is_known and PROTECTION in protections and {"realm", "nonce"} <= parameters.keys()


def _sign(request: PreparedRequest, known: httpx.DigestAuth, line: Line) -> PreparedRequest:
    """With a nonce that the target has accepted before."""
    flow = known.auth_flow(httpx.Request(request.method, request.url))
    return _take(request, next(flow), line)


def _answer(
    request: PreparedRequest, answer: httpx.DigestAuth, challenge: Challenge, line: Line
) -> PreparedRequest:
    asked = httpx.Request(request.method, request.url)
    flow = answer.auth_flow(asked)
    next(flow)
    headers = {HEADER.encode(): str(challenge).encode(errors="replace")}
    signed = flow.send(httpx.Response(HTTPStatus.UNAUTHORIZED, headers=headers, request=asked))
    return _take(request, signed, line)


def _take(request: PreparedRequest, signed: httpx.Request, line: Line) -> PreparedRequest:
    """The request with the answer, at the address exactly as it was signed."""
    authorization = signed.headers["authorization"]
    digest = _RESPONSE.findall(authorization)[-1]
    line.learn_secret(digest)
    return with_field(replace(request, url=str(signed.url)), "Authorization", authorization, digest)
