"""The admin API for users, which the auth library lacks."""

from dataclasses import dataclass

from starlette.routing import BaseRoute

from scripts.local_supabase.keys import KeyRing


@dataclass(frozen=True, slots=True)
class AdminUsers:
    """Routes under /auth/v1/admin, for callers with the secret key."""

    database_url: str
    keys: KeyRing

    @property
    def routes(self) -> list[BaseRoute]:
        return []
