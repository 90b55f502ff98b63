"""`make verify`: an acceptance run beside a deployed environment."""
