"""HTTP/1.1 on sockets of our own: every phase measured, every address checked, cancelled at once."""
