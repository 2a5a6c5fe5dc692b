"""Runs as they are read."""
