"""What the history of results says: speed, failures, similar tests."""
