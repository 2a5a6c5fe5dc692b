"""What is tested: an API or a product."""
