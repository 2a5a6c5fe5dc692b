"""Postman collections v2.0 and v2.1: a case for every request, a suite for every folder."""
