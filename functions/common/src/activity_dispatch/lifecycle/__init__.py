"""The steps of a task's life that more than one role takes. Each is safe to repeat."""
