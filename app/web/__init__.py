"""HTTP mechanics without a domain: problems, request ids, limits, lists."""
