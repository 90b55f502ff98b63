"""Lambda's recursive loop detection."""
