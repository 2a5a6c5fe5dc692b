"""Access tokens that machines get for their API tokens."""
