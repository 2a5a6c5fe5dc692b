"""Hooks as their organizations see and change them."""
