"""What a test says about how it proves who it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.engine.document import Document
from app.engine.json_values import JsonValue
from app.engine.templates.roots import ROOTS, SHARED_AUTH_TOKENS

NO_AUTHENTICATION = "none"

# What may not be shown, whatever kind of authentication it is a setting of.
SECRET_SETTINGS = frozenset(
    {
        "api_key",
        "api_secret",
        "client_secret",
        "password",
        "refresh_token",
        "secret_access_key",
        "session_token",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSpec:
    """
    `settings` are those of the type; texts in them may hold templates.

    `token_ref` is a template, a path such as `env.TOKEN`, or a name in shared_auth_tokens; a bearer
    token or an API key without one is the name `access_token`. Basic and digest authentication
    take it for `user:password`, unless the settings name the user.
    """

    type: str = NO_AUTHENTICATION
    token_ref: str | None = None
    settings: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @classmethod
    def from_document(cls, document: Document) -> "AuthSpec":
        """Read `auth_type`, `auth_token_ref` and `auth` of a test."""
        return cls(
            type=document.find_text("auth_type") or NO_AUTHENTICATION,
            token_ref=document.find_text("auth_token_ref"),
            settings=document.get_object("auth"),
        )

    @property
    def template(self) -> str | None:
        """The credential that `token_ref` names, as a template; None when none is used."""
        return _build_template(self.token_ref or "access_token") if self._uses_token else None

    @property
    def credential_templates(self) -> tuple[JsonValue, ...]:
        """Everything whose value is a secret."""
        secrets = (value for name, value in self.settings.items() if name in SECRET_SETTINGS)
        return (self.template, *secrets)

    @property
    def other_templates(self) -> tuple[JsonValue, ...]:
        """The settings that may be shown."""
        return tuple(value for name, value in self.settings.items() if name not in SECRET_SETTINGS)

    @property
    def _uses_token(self) -> bool:
        if self.type in ("basic", "digest"):
            return "username" not in self.settings
        return self.type in ("bearer", "api-key")


@lru_cache(maxsize=4096)
def _build_template(reference: str) -> str:
    reference = reference.strip()
    if "{{" in reference:
        return reference
    is_path = reference.startswith(tuple(f"{root}." for root in ROOTS))
    path = reference if is_path else f'{SHARED_AUTH_TOKENS}["{reference}"]'
    return f"{{{{{path}}}}}"
