"""Runs that people start, repeat and cancel."""
