"""Values of environments, plain and secret."""
