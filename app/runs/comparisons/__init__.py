"""What became better or worse from one run to another."""
