"""Hurl: a case for every entry of a file."""
