"""Runs that are corrected or deleted."""
