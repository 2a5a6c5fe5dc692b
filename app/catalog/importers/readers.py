"""The formats that can be imported, and who reads them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from app.catalog.importers.model import Reader
from app.catalog.importers.openapi.reader import OpenApiReader

Format = Literal["openapi"]

READERS: Final[Mapping[Format, Reader]] = MappingProxyType({"openapi": OpenApiReader()})
