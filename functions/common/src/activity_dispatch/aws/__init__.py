"""Calling AWS: clients, the meaning of their errors, retries and rate limits."""
