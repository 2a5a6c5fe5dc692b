"""The limits of a run by name: of its locks and of the hosts that it talks to."""

from collections.abc import Callable, Sequence

from app.engine.options import RunOptions
from app.engine.results import Hold
from app.engine.scheduling.gates import Gate, Rate


class Limits:
    """Makes every limit once, when it is first asked for; `redact` masks the names of hosts."""

    def __init__(self, options: RunOptions, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._host_capacity = options.concurrency_per_host
        self._host_rate = options.requests_per_second_per_host
        self._locks: dict[str, Gate] = {}
        self._hosts: dict[str, Gate] = {}
        self._rates: dict[str, Rate] = {}

    @property
    def are_by_host(self) -> bool:
        """Whether it matters which host a test talks to."""
        return self._host_capacity is not None or self._host_rate is not None

    def get_locks(self, names: Sequence[str]) -> tuple[Gate, ...]:
        """Always in the same order, so that no two tests wait for a lock of each other."""
        return tuple(map(self._get_lock, sorted(set(names)))) if names else ()

    def find_host(self, host: str) -> Gate | None:
        """The limit on tests in flight to a host."""
        if self._host_capacity is not None and host not in self._hosts:
            self._hosts[host] = Gate(Hold("host", self._redact(host)), self._host_capacity)
        return self._hosts.get(host)

    def find_rate(self, host: str) -> Rate | None:
        """The limit on attempts a second to a host."""
        if self._host_rate is not None and host not in self._rates:
            self._rates[host] = Rate(Hold("rate", self._redact(host)), self._host_rate)
        return self._rates.get(host)

    def _get_lock(self, name: str) -> Gate:
        if name not in self._locks:
            self._locks[name] = Gate(Hold("lock", name), 1)
        return self._locks[name]
