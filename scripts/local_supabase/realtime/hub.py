"""What all connections of one Realtime server share."""

from dataclasses import dataclass

from scripts.local_supabase.realtime.authorization import Authorizer, Pool
from scripts.local_supabase.realtime.channels import ChannelRegistry
from scripts.local_supabase.realtime.feed import DatabaseFeed
from scripts.local_supabase.realtime.limits import Limits
from scripts.local_supabase.realtime.presence import PresenceTracker


@dataclass(frozen=True, slots=True)
class Hub:
    """The one of everything."""

    registry: ChannelRegistry
    presence: PresenceTracker
    authorizer: Authorizer
    pool: Pool
    feed: DatabaseFeed
    limits: Limits
