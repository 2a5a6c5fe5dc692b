"""`scripts/bench relay`: from a commit in Postgres to the sockets of many viewers."""
