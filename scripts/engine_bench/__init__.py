"""What the engine can do on one core."""
