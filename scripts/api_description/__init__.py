"""The description of the HTTP API as a file, and what its changes break."""
