"""The reconciler function: checks all open tasks every minute."""
