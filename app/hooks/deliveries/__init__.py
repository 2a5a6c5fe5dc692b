"""What came in at hooks, and starting it again."""
