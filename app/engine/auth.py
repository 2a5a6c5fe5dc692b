"""What a test says about how it proves who it is."""

from dataclasses import dataclass

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
