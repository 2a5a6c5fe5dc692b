"""Decides which addresses a run may connect to, before anything connects."""

import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TypeAlias

from app.engine.errors import Category, TransportError
from app.engine.network.policy import NetworkPolicy
from app.engine.network.ranges import find_range, unwrap
from app.engine.network.target import IpAddress, Target

Resolver: TypeAlias = Callable[[str, int], Awaitable[tuple[str, ...]]]

# How long an answer of the name service counts.
RESOLUTION_SECONDS = 60.0


class NetworkGuard:
    """
    Finds the addresses of a host and checks every one of them.

    Without `protects_networks` only the lists of the policy count; without `honours_allow_lists` no
    policy opens what is protected. Whoever is given addresses must connect to no other: the name may
    lead elsewhere a moment later.
    """

    def __init__(
        self,
        policy: NetworkPolicy,
        resolve: Resolver,
        *,
        protects_networks: bool = True,
        honours_allow_lists: bool = True,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._protects_networks = protects_networks
        self._honours_allow_lists = honours_allow_lists
        self._is_needed = protects_networks or not policy.is_empty
        self._resolutions: dict[tuple[str, int], tuple[float, tuple[str, ...]]] = {}

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to check."""
        return self._is_needed

    async def find_addresses(self, target: Target) -> tuple[str, ...]:
        """Raise TransportError naming the rule that refuses, or when the host is not known."""
        self._check_name(target.host)
        own = target.find_ip_address()
        addresses = (target.host,) if own else await self._find(target.host, target.port)
        for address in addresses:
            self._check_address(target.host, ip_address(address.partition("%")[0]))
        return addresses

    async def _find(self, host: str, port: int) -> tuple[str, ...]:
        known = self._resolutions.get((host, port))
        if known is not None and known[0] > time.monotonic():
            return known[1]
        addresses = await self._resolve(host, port)
        self._resolutions[host, port] = time.monotonic() + RESOLUTION_SECONDS, addresses
        return addresses

    def _check_name(self, host: str) -> None:
        entry = self._policy.deny.find_host(host)
        if entry is not None:
            raise _refuse(host, f"the organization denies {entry}")

    def _check_address(self, host: str, address: IpAddress) -> None:
        address = unwrap(address)
        place = host if host == str(address) else f"{host} ({address})"
        denied = self._policy.deny.find_address(address)
        if denied is not None:
            raise _refuse(place, f"the organization denies {denied}")
        special = find_range(address) if self._protects_networks else None
        is_listed = self._policy.allow.find_address(address) is not None
        is_named = self._policy.allow.find_host(host) is not None
        is_open = is_listed or (is_named and special is not None and not special.is_sensitive)
        if special is not None and not (is_open and self._honours_allow_lists):
            article = "an" if special.kind.startswith("u") else "a"
            raise _refuse(place, f"it is {article} {special.kind} address ({special.text})")
        if self._policy.deny.has_everything and not (is_named or is_listed):
            raise _refuse(place, "the organization allows only what it lists")


def _refuse(place: str, rule: str) -> TransportError:
    return TransportError(
        Category.ENVIRONMENT,
        f"{place} may not be reached: {rule}",
        "Use another address, or let an owner of the organization change its network policy.",
    )
