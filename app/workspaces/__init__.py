"""Organizations, the tenants of the platform, and the credentials of their members."""
