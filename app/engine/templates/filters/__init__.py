"""Filters: `{{path | name(arguments)}}`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.engine.templates.filters.collections import COLLECTION_FILTERS
from app.engine.templates.filters.encodings import ENCODING_FILTERS
from app.engine.templates.filters.numbers import NUMBER_FILTERS
from app.engine.templates.filters.texts import TEXT_FILTERS
from app.engine.templates.filters.times import TIME_FILTERS
from app.engine.templates.functions import Filter

FILTERS: Final[Mapping[str, Filter]] = MappingProxyType(
    {
        **TEXT_FILTERS,
        **NUMBER_FILTERS,
        **COLLECTION_FILTERS,
        **ENCODING_FILTERS,
        **TIME_FILTERS,
    }
)
