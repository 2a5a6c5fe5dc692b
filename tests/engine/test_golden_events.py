"""Whole event streams, compared with the reviewed ones."""

import json

import pytest

from tests.engine.golden import GOLDEN, build_scenarios
from tests.engine.virtual_time import run_in_virtual_time


@pytest.mark.parametrize("name", build_scenarios())
def test_events_are_the_reviewed_ones(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    assert run_in_virtual_time(build_scenarios()[name].play()) == expected


def test_there_is_a_scenario_for_every_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(build_scenarios())


def test_no_golden_file_shows_a_secret() -> None:
    text = "".join(path.read_text() for path in GOLDEN.glob("*.json"))
    assert "jwt-secret-xyz" not in text
    assert "correct horse" not in text
