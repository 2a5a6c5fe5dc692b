"""Graph questions, on small examples and on random graphs."""

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from app.engine.graph import (
    build_requirements,
    find_cycle,
    keep_acyclic,
    measure_chains,
    sort_by_requirements,
)

Edges = list[tuple[str, str]]
KEYS = [f"t{index}" for index in range(12)]

edges = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=40)
forward_edges = edges.map(lambda pairs: [(b, a) for a, b in pairs if KEYS.index(a) < KEYS.index(b)])


@given(forward_edges)
def test_sorts_every_key_after_what_it_requires(acyclic: Edges) -> None:
    order = sort_by_requirements(build_requirements(KEYS, acyclic))
    assert sorted(order) == sorted(KEYS)
    assert all(order.index(required) < order.index(dependent) for dependent, required in acyclic)


@given(edges)
def test_finds_a_real_cycle_or_there_is_none(any_edges: Edges) -> None:
    requirements = build_requirements(KEYS, any_edges)
    cycle = find_cycle(requirements)
    if cycle is None:
        assert len(sort_by_requirements(requirements)) == len(KEYS)
        return
    assert cycle[0] == cycle[-1]
    assert all(later in requirements[key] for key, later in itertools.pairwise(cycle))
    assert len(set(cycle[:-1])) == len(cycle) - 1


@given(forward_edges, edges)
def test_never_keeps_an_edge_that_closes_a_cycle(declared: Edges, derived: Edges) -> None:
    kept = keep_acyclic(KEYS, declared, derived)
    assert kept <= set(derived)
    assert find_cycle(build_requirements(KEYS, [*declared, *kept])) is None


@given(forward_edges)
def test_a_chain_is_one_longer_than_the_longest_behind_it(acyclic: Edges) -> None:
    chains = measure_chains(build_requirements(KEYS, acyclic))
    for key in KEYS:
        behind = [chains[dependent] for dependent, required in acyclic if required == key]
        assert chains[key] == 1 + max(behind, default=0)


def test_a_chain_of_ten_thousand_is_no_problem() -> None:
    keys = [str(index) for index in range(10_000)]
    chain = [(later, earlier) for earlier, later in itertools.pairwise(keys)]
    started = time.process_time()
    assert measure_chains(build_requirements(keys, chain))["0"] == 10_000
    closed = build_requirements(keys, [*chain, ("0", keys[-1])])
    assert len(find_cycle(closed) or ()) == 10_001
    assert time.process_time() - started < 5
