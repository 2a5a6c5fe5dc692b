"""What reports of an organization contain."""
