"""Requests as people write them in texts (cURL, Hurl, Bruno), said in our words."""
