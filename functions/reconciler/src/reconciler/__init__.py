"""The reconciler function: looks after all open tasks, every minute."""
