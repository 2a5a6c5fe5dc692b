"""A key in a header, in the query or in a cookie."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, Self
from urllib.parse import quote, urlencode

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.requests.address import append_query
from app.engine.requests.cookies import format_cookie, join_cookies
from app.engine.requests.header import check_name, find_field, with_field
from app.engine.transport import PreparedRequest, ReceivedResponse

DEFAULT_HEADER = "X-API-Key"
DEFAULT_PARAMETER = "api_key"


class Place(StrEnum):
    """Where the key stands."""

    HEADER = "header"
    QUERY = "query"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """A header `X-API-Key`, unless the settings `in` and `name` say otherwise."""

    settings: ClassVar[tuple[str, ...]] = ("in", "name")

    place: Place
    name: str
    key: str = field(repr=False)

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """The key is what `auth_token_ref` names."""
        place = settings.get_choice("in", Place)
        default = DEFAULT_HEADER if place is Place.HEADER else DEFAULT_PARAMETER
        return cls(place, settings.find_text("name") or default, settings.get_token())

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with the key."""
        return await line.send(self._add_key(request))

    def _add_key(self, request: PreparedRequest) -> PreparedRequest:
        if self.place is Place.QUERY:
            return self._add_to_query(request)
        if self.place is Place.COOKIE:
            cookie = format_cookie(self.name, self.key)
            cookies = join_cookies(find_field(request, "cookie") or "", cookie)
            return with_field(request, "Cookie", cookies, self.key)
        check_name(self.name)
        return with_field(request, self.name, self.key, self.key)

    def _add_to_query(self, request: PreparedRequest) -> PreparedRequest:
        return replace(
            request,
            url=append_query(request.url, urlencode({self.name: self.key}, quote_via=quote)),
            query={**request.query, self.name: self.key},
            credentials=(*request.credentials, self.key),
        )
