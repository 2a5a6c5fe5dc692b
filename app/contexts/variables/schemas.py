"""Variables of environments as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.core.identifiers import EnvironmentId, VariableId
from app.web.fields import RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

MAXIMUM_VARIABLES = 500

VariableKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=128)
]
VariableValue = Annotated[str, StringConstraints(max_length=65_536, pattern=r"^[^\x00]*$")]


class VariablePut(RequestModel):
    """The value that a variable gets."""

    value: VariableValue = Field(examples=["ada@example.org"])
    is_secret: bool = Field(
        default=False, description="A secret is stored encrypted and never shown again."
    )

    @model_validator(mode="after")
    def _require_secret_value(self) -> Self:
        if self.is_secret and not self.value:
            message = "the value of a secret must not be empty"
            raise ValueError(message)
        return self


class VariableEntry(RequestModel):
    """One variable of a whole set; a secret without a value keeps the value that it has."""

    value: VariableValue | None = Field(default=None, examples=["ada@example.org"])
    is_secret: bool = False

    @model_validator(mode="after")
    def _require_value(self) -> Self:
        if self.value is None and not self.is_secret:
            message = "only a secret keeps its value; a plain variable needs one"
            raise ValueError(message)
        if self.is_secret and self.value == "":
            message = "the value of a secret must not be empty"
            raise ValueError(message)
        return self


class VariablesPut(RequestModel):
    """All variables that an environment is to have, by key; others are removed."""

    variables: dict[VariableKey, VariableEntry] = Field(
        max_length=MAXIMUM_VARIABLES,
        examples=[
            {
                "EMAIL": {"value": "ada@example.org"},
                "PASSWORD": {"value": "of Ada", "is_secret": True},
            }
        ],
    )

    def to_entries(self) -> list[dict[str, object]]:
        """Return them as the database takes them."""
        return [{"key": key, **entry.model_dump()} for key, entry in self.variables.items()]


class Variable(DatedModel):
    """A value of an environment; of a secret one only the last characters are shown."""

    id: VariableId
    environment_id: EnvironmentId
    key: str = Field(examples=["EMAIL"])
    value: str | None = Field(examples=["ada@example.org"], description="Null for a secret.")
    is_secret: bool
    value_last_four: str | None = Field(examples=[None])
    value_set_at: datetime | None


class VariablePageRequest(PageRequest):
    """Which piece of which variables; one piece can hold all of an environment."""

    limit: int = Field(default=50, ge=1, le=MAXIMUM_VARIABLES, description="How many at most.")
    is_secret: bool | None = None
    text: SearchText | None = Field(default=None, description="Their keys contain this text.")
    sort: (
        Literal["key", "-key", "created_at", "-created_at", "updated_at", "-updated_at"] | None
    ) = None
