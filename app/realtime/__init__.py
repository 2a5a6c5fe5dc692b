"""Live events of runs: the upstream Realtime connection and the fan-out to viewers."""
