"""A small shop API to test: log in, browse, fill a cart, and a checkout that never works."""
