"""`scripts/bench database`: how the database does with a million results of many tenants."""
