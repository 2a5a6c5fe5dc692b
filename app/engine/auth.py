"""What a test says about how it proves who it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.document import Document
from app.engine.json_values import JsonValue
from app.engine.templates.roots import ROOTS, SHARED_AUTH_TOKENS


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSpec:
    """
    `token_ref` is a template, a path such as `env.TOKEN`, or a name in shared_auth_tokens.

    Without one it is the name `access_token`. Basic wants `user:password` or an object with
    `username` and `password`; an API key is sent in the X-API-Key header.
    """

    type: str = "none"
    token_ref: str | None = None
    settings: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @classmethod
    def from_document(cls, document: Document) -> "AuthSpec":
        """Read `auth_type`, `auth_token_ref` and `auth` of a test."""
        return cls(
            type=document.find_text("auth_type") or "none",
            token_ref=document.find_text("auth_token_ref"),
            settings=document.get_object("auth"),
        )

    @property
    def template(self) -> str | None:
        """The credential as a template; None when none is needed."""
        if self.type == "none":
            return None
        reference = (self.token_ref or "access_token").strip()
        if "{{" in reference:
            return reference
        is_path = reference.startswith(tuple(f"{root}." for root in ROOTS))
        path = reference if is_path else f'{SHARED_AUTH_TOKENS}["{reference}"]'
        return f"{{{{{path}}}}}"
