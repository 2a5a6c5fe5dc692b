"""The cookies of one run."""

from collections.abc import Iterable

from pyreqwest.cookie import CookieStore

MAXIMUM_COOKIES = 1_000
MAXIMUM_COOKIE_CHARACTERS = 4_096


class CookieJar:
    """Keeps what targets set, and gives to each what it may see (RFC 6265); bounded."""

    def __init__(self) -> None:
        self._store = CookieStore()
        self._taken = 0

    @property
    def is_empty(self) -> bool:
        return self._taken == 0

    def keep(self, url: str, headers: Iterable[tuple[str, str]]) -> None:
        """Take the cookies that an answer from this address sets; others are ignored."""
        for name, value in headers:
            if name.lower() == "set-cookie" and len(value) <= MAXIMUM_COOKIE_CHARACTERS:
                self._keep(url, value)

    def _keep(self, url: str, text: str) -> None:
        if self._taken >= MAXIMUM_COOKIES:
            self._taken = len(self._store.get_all_unexpired())
        try:
            if self._taken < MAXIMUM_COOKIES:
                self._store.insert(text, url)
                self._taken += 1
        except ValueError:  # not a cookie, not of this host, or taken back
            return

    def render(self, url: str, own: str = "") -> str:
        """The value of Cookie for a request there; what the test sends of its `own` comes first."""
        names = {part.partition("=")[0].strip() for part in own.split(";")}
        kept = (
            f"{cookie.name}={cookie.value}"
            for cookie in self._store.matches(url)
            if cookie.name not in names
        )
        return "; ".join((own, *kept) if own else kept)
