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


class RequestModel(BaseModel):
    """What a caller sends: unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
