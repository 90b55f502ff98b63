"""Other ways to start tasks; each module is a separate program."""
