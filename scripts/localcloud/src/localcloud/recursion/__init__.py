"""Lambda's recursive loop detection: chains of requests are counted, and stopped."""
