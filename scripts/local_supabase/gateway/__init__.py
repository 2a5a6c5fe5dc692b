"""One port with the paths of a hosted project."""
