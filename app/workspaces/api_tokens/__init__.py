"""API tokens: what machines act with for a member."""
