"""The formats that can be imported, and who reads them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from app.catalog.importers.bruno.reader import BrunoReader
from app.catalog.importers.curl.reader import CurlReader
from app.catalog.importers.har.reader import HarReader
from app.catalog.importers.hurl.reader import HurlReader
from app.catalog.importers.model import Reader
from app.catalog.importers.openapi.reader import OpenApiReader
from app.catalog.importers.postman.reader import PostmanReader

Format = Literal["openapi", "postman", "har", "curl", "hurl", "bruno"]

READERS: Final[Mapping[Format, Reader]] = MappingProxyType(
    {
        "openapi": OpenApiReader(),
        "postman": PostmanReader(),
        "har": HarReader(),
        "curl": CurlReader(),
        "hurl": HurlReader(),
        "bruno": BrunoReader(),
    }
)
