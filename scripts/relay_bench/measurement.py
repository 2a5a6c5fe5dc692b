"""What the sights of all viewers say together."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.relay_bench.recording import Recording

Document = dict[str, Any]


def summarize(pairs: Iterable[tuple[Recording, Document]]) -> Document:
    """Compare what each viewer saw with what was recorded; latencies in milliseconds."""
    latencies = list[float]()
    incomplete = lost = twice = received = size = broken = 0
    first, last = float("inf"), 0.0
    for recording, sight in pairs:
        latencies += iter_latencies(recording, sight)
        is_complete = sight["last_seq"] == recording.last_seq
        incomplete += not (is_complete and sight["received"] == count_expected(recording, sight))
        lost, twice = lost + sight["lost"], twice + sight["twice"]
        broken += sight["was_broken"]
        received, size = received + sight["received"], size + sight["bytes"]
        first = min(first, sight["arrivals"][0][1]) if sight["arrivals"] else first
        last = max(last, sight["arrivals"][-1][1]) if sight["arrivals"] else last
    seconds = max(last - first, 0.001)
    return {
        "latency_ms": describe(latencies),
        "deliveries": received,
        "deliveries_per_second": round(received / seconds),
        "megabytes_per_second": round(size / seconds / 1e6, 1),
        "lost": lost,
        "twice_or_out_of_order": twice,
        "viewers_with_less_than_all": incomplete,
        "broken_connections": broken,
    }


def count_expected(recording: Recording, sight: Document) -> int:
    return recording.last_seq - (sight["first_seq"] or 0)


def iter_latencies(recording: Recording, sight: Document) -> Iterator[float]:
    """For each commit, how much later the viewer had all its events."""
    seqs = [seq for seq, _ in sight["arrivals"]]
    for seq, committed in recording.commits:
        place = bisect_left(seqs, seq)
        if place < len(seqs):
            yield (sight["arrivals"][place][1] - committed) * 1000


def describe(values: list[float]) -> Document:
    ordered = sorted(values)
    if not ordered:
        return {}

    def get_quantile(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": get_quantile(0.5), "p99": get_quantile(0.99), "max": round(ordered[-1], 1)}
