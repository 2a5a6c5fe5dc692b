"""Functions that are imported when first called."""

import subprocess
import sys

import pytest

from app.engine import capture_sources, json_path
from app.engine.assertions import body, families, snapshot
from app.engine.assertions.operators import contents
from app.engine.deferred import Deferred

MODULES = (families, body, snapshot, contents, capture_sources, json_path)
TABLES = [*families.FAMILIES.values(), *(v for module in MODULES for v in vars(module).values())]
DEFERRED = [value for value in TABLES if isinstance(value, Deferred)]


@pytest.mark.parametrize("function", DEFERRED)
def test_every_one_exists(function: Deferred) -> None:
    assert callable(function.target)


def test_slow_libraries_are_not_loaded_at_the_start() -> None:
    slow = {"lxml", "jsonpath", "regex"}
    code = f"import sys, app.engine; print(sorted({slow!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
