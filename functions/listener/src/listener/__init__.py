"""The listener function: turns log events of state machines into dispatch requests."""
