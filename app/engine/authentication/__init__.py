"""Authentication: one file a kind under `kinds`, `authenticator` finds and uses them."""
