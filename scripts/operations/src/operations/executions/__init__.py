"""What happens in a deployed stack: executions, open tasks, logs."""
