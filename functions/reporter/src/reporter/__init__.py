"""The reporter function: receives the backends' events."""
