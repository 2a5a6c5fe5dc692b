import pkgutil
import typing
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import pytest

import app
from app.web.pagination import Listing
from app.web.resources import Resource

# Its order is that of a column of another table, by which PostgREST cannot order it.
SORTED_BY_THE_MODEL = {("test_cases", "dependencies")}


def find_listings(module: ModuleType) -> Iterator[Listing[Any]]:
    for value in vars(module).values():
        if isinstance(value, Resource):
            yield cast("Resource[Any]", value).listing
        elif isinstance(value, Listing):
            yield cast("Listing[Any]", value)


def name_listings() -> dict[str, Listing[Any]]:
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
    listings = [listing for name in names for listing in find_listings(import_module(name))]
    return {f"{listing.table} as {listing.item.__name__}": listing for listing in listings}


LISTINGS = name_listings()


def find_lists(listing: Listing[Any]) -> set[str]:
    """Parts that are rows of another table; arrays of the row itself have their order."""
    fields = listing.item.model_fields
    return {
        name
        for name, selected in listing.includes.items()
        if "(" in selected and typing.get_origin(fields[name].annotation) is list
    }


def test_there_are_lists_with_parts() -> None:
    assert {"suites", "cases", "variables", "memberships", "assertions"} <= {
        name for listing in LISTINGS.values() for name in find_lists(listing)
    }


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_an_embedded_list_has_an_order(name: str) -> None:
    """Otherwise an entity tag changes without a change, and `If-Match` is refused."""
    listing = LISTINGS[name]
    ordered = {part for part in find_lists(listing) if listing.orders.get(part)}
    unordered = {(listing.table, part) for part in find_lists(listing) - ordered}
    assert unordered <= SORTED_BY_THE_MODEL
