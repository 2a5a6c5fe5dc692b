"""Assertions: one file per family, `checks` puts them together."""
