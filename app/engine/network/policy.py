"""What an organization says about the addresses that its tests may reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.json_values import JsonValue
from app.engine.network.target import IpAddress, UnusableAddressError, parse_target

IpNetwork: TypeAlias = IPv4Network | IPv6Network

EVERYTHING = "*"
MAXIMUM_ENTRIES = 1_000


@dataclass(frozen=True, slots=True)
class AddressList:
    """Host names, `*.suffix` for all names below one, and networks (`10.0.0.0/8`) or addresses."""

    hosts: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    networks: tuple[IpNetwork, ...] = ()
    has_everything: bool = False

    @classmethod
    def from_document(cls, document: Document, name: str) -> "AddressList":
        """Read a list of texts; raise InvalidPlanError naming the entry."""
        entries = list(_iter_entries(document, name))
        networks = [network for entry in entries if (network := _find_network(entry))]
        names = [entry for entry in entries if _find_network(entry) is None]
        return cls(
            frozenset(entry for entry in names if not entry.startswith("*")),
            tuple(entry[1:] for entry in names if entry.startswith("*.")),
            tuple(networks),
            EVERYTHING in names,
        )

    def find_host(self, host: str) -> str | None:
        """The entry that names the host."""
        name = host.rstrip(".")
        if name in self.hosts:
            return name
        return next((f"*{suffix}" for suffix in self.suffixes if name.endswith(suffix)), None)

    def find_address(self, address: IpAddress) -> str | None:
        """The entry whose network the address is in."""
        return next((str(network) for network in self.networks if address in network), None)


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """
    `deny` refuses; `allow` opens what is otherwise refused.

    `*` in `deny` refuses everything that `allow` does not name. An address that is denied stays
    denied whatever allows it.
    """

    allow: AddressList = AddressList()
    deny: AddressList = AddressList()

    @classmethod
    def from_document(cls, fields: Mapping[str, JsonValue]) -> "NetworkPolicy":
        """Read `network_policy` of a plan; raise InvalidPlanError naming the field."""
        document = Document(fields, "network_policy")
        return cls(
            AddressList.from_document(document, "allow"),
            AddressList.from_document(document, "deny"),
        )

    @property
    def is_empty(self) -> bool:
        return self == EMPTY_POLICY


EMPTY_POLICY = NetworkPolicy()


def _iter_entries(document: Document, name: str) -> Iterable[str]:
    value = document.fields.get(name)
    entries = [] if value is None else value
    if not isinstance(entries, list) or len(entries) > MAXIMUM_ENTRIES:
        raise InvalidPlanError(
            document.locate(name), f"must be a list of at most {MAXIMUM_ENTRIES} texts"
        )
    for index, entry in enumerate(entries):
        known = _read_entry(entry) if isinstance(entry, str) else None
        if known is None:
            raise InvalidPlanError(
                f"{document.locate(name)}[{index}]",
                "must be a host name, *.suffix, an address or a network such as 10.0.0.0/8",
            )
        yield known


def _read_entry(entry: str) -> str | None:
    """In the spelling that targets are compared in; None when no target could be meant."""
    text = entry.strip().rstrip(".").lower()
    if entry.strip() == EVERYTHING or _find_network(text):
        return text
    name = text.removeprefix("*.")
    if set(name) & set("*@/?#:"):
        return None
    try:
        host = parse_target(f"http://{name}").host
    except UnusableAddressError:
        return None
    return text.removesuffix(name) + host


def _find_network(entry: str) -> IpNetwork | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None
