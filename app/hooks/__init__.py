"""Runs that other services start: signed deliveries, what they are mapped to, and their log."""
