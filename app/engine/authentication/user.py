"""User and password, for the kinds that want them."""

from app.engine.authentication.settings import Settings
from app.engine.json_values import JsonValue, render_text

USER_SETTINGS = ("username", "password")


def read_user(settings: Settings) -> tuple[str, str]:
    """From the settings, or from a credential that is `user:password` or an object of both."""
    if any(name in USER_SETTINGS for name in settings.names):
        user, password = settings.get_text("username"), settings.find_text("password") or ""
    else:
        user, password = _read_credential(settings.get_credential(), settings)
    if ":" in user:
        raise settings.refuse("username", "cannot hold a colon")
    return user, password


def _read_credential(credential: JsonValue, settings: Settings) -> tuple[str, str]:
    if isinstance(credential, dict):
        user = render_text(credential.get("username", ""))
        password = render_text(credential.get("password", ""))
    else:
        user, separator, password = settings.read_token(credential).partition(":")
        if not separator:
            raise settings.refuse_token("the credential must be user:password")
    if password:
        settings.learn_secret(password)
    return user, password
