"""Graph questions about tests, by key: cycles, an order, the longest chain behind each."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

RequiredKeys: TypeAlias = Mapping[str, Sequence[str]]


def build_requirements(
    keys: Iterable[str], edges: Iterable[tuple[str, str]]
) -> dict[str, list[str]]:
    """Map every key to the keys it requires; an edge is (dependent, required)."""
    requirements: dict[str, list[str]] = {key: [] for key in keys}
    for dependent, required in edges:
        requirements[dependent].append(required)
    return requirements


def invert(requirements: RequiredKeys) -> dict[str, list[str]]:
    """Map every key to the keys that depend on it."""
    return build_requirements(
        requirements,
        ((required, key) for key, wanted in requirements.items() for required in wanted),
    )


def sort_by_requirements(requirements: RequiredKeys) -> list[str]:
    """Keys with every key after those it requires; keys on or behind a cycle are left out."""
    dependents = invert(requirements)
    missing = {key: len(wanted) for key, wanted in requirements.items()}
    ready = deque(key for key, count in missing.items() if count == 0)
    order: list[str] = []
    while ready:
        key = ready.popleft()
        order.append(key)
        for dependent in dependents[key]:
            missing[dependent] -= 1
            if missing[dependent] == 0:
                ready.append(dependent)
    return order


def find_cycle(requirements: RequiredKeys) -> tuple[str, ...] | None:
    """One cycle as (a, b, a), each requiring the next; None when there is none."""
    sorted_keys = set(sort_by_requirements(requirements))
    stuck = [key for key in requirements if key not in sorted_keys]
    if not stuck:
        return None
    # Every stuck key requires another stuck one, so walking on must come back to a visited key.
    positions: dict[str, int] = {}
    trail: list[str] = []
    key = stuck[0]
    while key not in positions:
        positions[key] = len(trail)
        trail.append(key)
        key = next(required for required in requirements[key] if required not in sorted_keys)
    return (*trail[positions[key] :], key)


def keep_acyclic(
    keys: Sequence[str],
    declared: Sequence[tuple[str, str]],
    derived: Sequence[tuple[str, str]],
) -> set[tuple[str, str]]:
    """
    The derived edges that can be added to the declared ones without closing a cycle.

    Linear: if all of them together would close one, those that agree with one order of the
    declared edges are kept.
    """
    if find_cycle(build_requirements(keys, (*declared, *derived))) is None:
        return set(derived)
    order = sort_by_requirements(build_requirements(keys, declared))
    position = {key: index for index, key in enumerate(order)}
    nowhere = len(order)  # keys on or behind a declared cycle
    return {
        (dependent, required)
        for dependent, required in derived
        if position.get(required, nowhere) < position.get(dependent, nowhere)
    }


def measure_chains(requirements: RequiredKeys) -> dict[str, int]:
    """For every key, how many tests the longest chain that starts with it has."""
    dependents = invert(requirements)
    lengths: dict[str, int] = {}
    for key in reversed(sort_by_requirements(requirements)):
        lengths[key] = 1 + max((lengths[other] for other in dependents[key]), default=0)
    return lengths
