"""Test cases: what they send and what they expect."""
