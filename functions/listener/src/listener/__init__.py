"""The listener function: looks after all open tasks, every minute."""
