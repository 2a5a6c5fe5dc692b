"""Organizations: the tenants of the platform."""
