"""Reads WWW-Authenticate, where one header may hold several challenges (RFC 9110, 11.6.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.request import parse_http_list

from app.engine.transport import ReceivedResponse

HEADER = "www-authenticate"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to authenticate that the target offers; names are in lower case."""

    scheme: str
    fields: list[str] = field(default_factory=list[str])

    @property
    def parameters(self) -> Mapping[str, str]:
        """The values without their quotes."""
        pairs = (field.partition("=") for field in self.fields)
        return {name: value.strip('"') for name, _, value in pairs}

    def __str__(self) -> str:
        return f"{self.scheme} {', '.join(self.fields)}"


def find_challenges(response: ReceivedResponse, scheme: str) -> list[Challenge]:
    """Those of one scheme (in lower case), in the target's order of preference."""
    return [challenge for challenge in _iter_challenges(response) if challenge.scheme == scheme]


def _iter_challenges(response: ReceivedResponse) -> Iterator[Challenge]:
    for name, value in response.headers:
        if name.lower() == HEADER:
            yield from _split(value)


def _split(value: str) -> list[Challenge]:
    """A part with a word before its first parameter, or without any, begins a challenge."""
    challenges: list[Challenge] = []
    for part in parse_http_list(value):
        name, equals, content = part.partition("=")
        *scheme, parameter = name.split() or [""]
        if scheme or not equals:
            challenges.append(Challenge((scheme or [parameter])[0].lower()))
        if content.strip() and challenges:
            challenges[-1].fields.append(f"{parameter.lower()}={content.strip()}")
    return challenges
