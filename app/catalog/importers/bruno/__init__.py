"""Bruno: `.bru` files, exported collections, and OpenCollection YAML."""
