"""Tests of a project that belong together."""
