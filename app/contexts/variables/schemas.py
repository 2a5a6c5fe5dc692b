"""Variables of environments as the API shows them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.core.identifiers import EnvironmentId, VariableId
from app.web.fields import RequestModel
from app.web.resources import DatedModel

VariableKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=128)
]
VariableValue = Annotated[str, StringConstraints(max_length=65_536)]


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


class Variable(DatedModel):
    """A value of an environment; of a secret one only the last characters are shown."""

    id: VariableId
    environment_id: EnvironmentId
    key: str = Field(examples=["EMAIL"])
    value: str | None = Field(examples=["ada@example.org"], description="Null for a secret.")
    is_secret: bool
    value_last_four: str | None = Field(examples=[None])
    value_set_at: datetime | None
