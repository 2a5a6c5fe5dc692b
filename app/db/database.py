"""Sessions over one pool of connections to PostgREST."""

from collections import Counter
from datetime import timedelta
from typing import Self

from postgrest import AsyncPostgrestClient

from app.core.settings import Settings
from app.db.pool import Pool
from app.db.session import Session

NEW_STYLE_KEY = "sb_"


class Database:
    """
    Hands out sessions; closes the pool they share.

    Create it inside the running event loop and use it as an async context manager, or call
    `close`. `request_counts` counts the HTTP requests sent, by resource (`rpc/<function>` or table).
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = Pool(settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def request_counts(self) -> Counter[str]:
        """Requests sent so far, by resource; repeated ones count again."""
        return self._pool.counts

    def as_user(self, token: str) -> Session:
        """Return a session with the rights of the user whose access token this is."""
        key = self._settings.supabase_publishable_key
        return self._open({"apikey": key, "Authorization": f"Bearer {token}"})

    def as_service(self, *, patience: timedelta | None = None) -> Session:
        """
        Return a session with all rights; only for what no person asks for directly.

        `patience` is how long requests are repeated; by default as the settings say.
        """
        key = self._settings.supabase_secret_key.get_secret_value()
        headers = {"apikey": key}
        # The gateway turns a new-style key into a token; a legacy key is the token itself.
        if not key.startswith(NEW_STYLE_KEY):
            headers["Authorization"] = f"Bearer {key}"
        return self._open(headers, patience)

    async def ping(self) -> None:
        """Reach PostgREST once, without repeating; raises `AppError` when it does not answer."""
        await self.as_service(patience=timedelta(0)).find("organizations", "id", slug="")

    async def close(self) -> None:
        """Close the pool; sessions handed out before stop working."""
        await self._pool.aclose()

    def _open(self, headers: dict[str, str], patience: timedelta | None = None) -> Session:
        # Never closed: closing it would close the shared pool.
        client = AsyncPostgrestClient(
            self._settings.rest_url,
            headers=headers,
            http_client=self._pool,
            retry_enabled=False,
        )
        return Session(client, self._settings.database_patience if patience is None else patience)
