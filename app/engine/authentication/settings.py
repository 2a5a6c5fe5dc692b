"""Typed reading of the settings of one authentication, templates filled in."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from app.engine.auth import SECRET_SETTINGS, AuthSpec
from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonObject, JsonValue, get_type_name
from app.engine.requests.address import read_url
from app.engine.requests.user_information import find_user_information
from app.engine.templates import ValueSource, render_value

CREDENTIAL_LOCATION = "auth_token_ref"

MOST_DIGITS = 9

Choice = TypeVar("Choice", bound=StrEnum)


class Settings:
    """Errors are TemplateError or InvalidRequestError and name the setting, as in `auth.region`."""

    def __init__(
        self, spec: AuthSpec, source: ValueSource, learn_secret: Callable[[str], None]
    ) -> None:
        self.learn_secret = learn_secret
        self._spec = spec
        self._source = source

    @property
    def names(self) -> Iterable[str]:
        """The settings that are given."""
        return self._spec.settings

    def check_names(self, known: tuple[str, ...]) -> None:
        """Refuse settings that this kind does not have, and a token that it would not use."""
        for name in self._spec.settings:
            if name not in known:
                existing = f"it has {', '.join(known)}" if known else "it has none"
                raise self.refuse(name, f"'{self._spec.type}' has no such setting; {existing}")
        if self._spec.token_ref and self._spec.template is None:
            raise InvalidRequestError(
                f"'{self._spec.type}' with these settings uses no other credential",
                CREDENTIAL_LOCATION,
                "Clear auth_token_ref, or choose the type bearer to send a token as it is.",
            )

    def find(self, name: str) -> JsonValue:
        """The value, or null."""
        value = self._spec.settings.get(name)
        return None if value is None else render_value(value, self._source, f"auth.{name}")

    def find_text(self, name: str) -> str | None:
        """A text that is not empty; numbers count as texts. None when there is nothing."""
        value = self.find(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.refuse(name, f"must be a text, not {get_type_name(value)}")
        text = str(value)
        if name in SECRET_SETTINGS:
            self.learn_secret(text)
        return text

    def get_text(self, name: str) -> str:
        """A text that must be there and not be empty."""
        text = self.find_text(name)
        if text is None:
            raise self.refuse(name, "is required and may not be empty")
        return text

    def get_choice(self, name: str, choices: type[Choice]) -> Choice:
        """One of these words; the first when there is none."""
        words = list(choices)
        text = self.find_text(name) or words[0]
        if text not in words:
            raise self.refuse(name, f"must be {' or '.join(words)}, not '{text}'")
        return choices(text)

    def get_url(self, name: str) -> str:
        """An absolute http or https URL without user and password."""
        url = self.get_text(name)
        if not url.startswith(("http://", "https://")):
            raise self.refuse(name, "must be an absolute http or https address")
        if find_user_information(url) is not None:
            raise self.refuse(name, "must not hold user and password")
        return read_url(url, f"auth.{name}")

    def get_object(self, name: str) -> JsonObject:
        """An object; empty when there is none."""
        value = self.find(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.refuse(name, f"must be an object, not {get_type_name(value)}")
        return value

    def get_seconds(self, name: str, default: int) -> int:
        """A whole number of seconds above zero."""
        text = self.find_text(name)
        if text is None:
            return default
        if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) == 0:
            raise self.refuse(name, "must be a whole number of seconds above zero")
        return int(text)

    def get_credential(self) -> JsonValue:
        """What `auth_token_ref` names."""
        return render_value(self._spec.template, self._source, CREDENTIAL_LOCATION)

    def get_token(self) -> str:
        """What `auth_token_ref` names, which must be a text that is not empty."""
        return self.read_token(self.get_credential())

    def read_token(self, credential: JsonValue) -> str:
        """A credential as the text that is sent."""
        if isinstance(credential, str | int) and not isinstance(credential, bool):
            if token := str(credential).strip():
                self.learn_secret(token)
                return token
            raise self.refuse_token("the token must not be empty")
        raise self.refuse_token(f"the token must be a text, not {get_type_name(credential)}")

    def refuse(self, name: str, message: str) -> InvalidRequestError:
        """The error for a setting."""
        return InvalidRequestError(
            message, f"auth.{name}", "Correct the settings of the authentication."
        )

    def refuse_token(self, message: str) -> InvalidRequestError:
        """The error for what `auth_token_ref` names."""
        return InvalidRequestError(
            message, CREDENTIAL_LOCATION, "Point auth_token_ref at the credential itself."
        )
