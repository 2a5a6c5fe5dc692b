"""Field types that requests of several packages share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.core.addresses import check_http_url

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Description = Annotated[str, StringConstraints(max_length=5_000)]
BaseUrl = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2_048),
    AfterValidator(check_http_url),
    Field(examples=["https://api.example.com"]),
]

# What a list is searched for. NUL would end the text on its way to Postgres, and find everything.
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class RequestModel(BaseModel):
    """
    What a caller sends: unknown fields are refused rather than ignored.

    Answers that show it again have the same schema, under the same name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_mode_override="validation")
