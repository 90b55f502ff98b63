"""The poller function: looks after all open tasks, every minute."""
