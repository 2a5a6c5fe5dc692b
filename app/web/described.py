"""What answers are described as, where it does not follow from their fields."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

DESCRIBED_AS: Final = "x-described-as"
ALL_SHOWN: Final = ConfigDict(json_schema_serialization_defaults_required=True)
"""For answers whose fields have defaults and are there in any case."""


@dataclass(frozen=True, slots=True)
class DescribedAs:
    """
    Gives a field the schema of a model that requests have, and checks nothing.

    What was checked when it was written need not be checked each time that it is read.
    """

    model: type[BaseModel]

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the name of the model, which is described where requests have it."""
        return {DESCRIBED_AS: self.model.__name__}
