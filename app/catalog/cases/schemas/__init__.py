"""What callers send and receive about test cases."""
