"""Preferences as the API shows them."""

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field

from app.core.identifiers import EnvironmentId
from app.web.changes import Changes
from app.web.described import ALL_SHOWN


def _check_time_zone(name: str) -> str:
    if name not in available_timezones():
        message = "must be a name of the IANA database, such as Europe/Berlin"
        raise ValueError(message)
    return name


TimeZone = Annotated[str, AfterValidator(_check_time_zone), Field(examples=["Europe/Berlin"])]


class PreferenceFields(BaseModel):
    """How a person wants to be told and shown things; the defaults hold until they choose."""

    email_on_failure: bool = True
    email_on_suite_completion: bool = False
    email_frequency: Literal["immediate", "daily", "weekly"] = "immediate"
    theme: Literal["system", "light", "dark"] = "system"
    default_environment: EnvironmentId | None = None
    timezone: TimeZone = "UTC"
    notification_channels: list[dict[str, Any]] = Field(
        default=[],
        max_length=50,
        examples=[[{"type": "slack", "channel": "#tests"}]],
        description="Where to tell the person besides e-mail.",
    )


class Preferences(PreferenceFields):
    """The caller's preferences."""

    model_config = ALL_SHOWN


class PreferencesUpdate(PreferenceFields, Changes):
    """What the caller changes of them; absent fields stay."""
