"""Trying again: after transport errors, after failed assertions, until a condition holds."""
