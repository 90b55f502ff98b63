"""The example's last function: uses the job's output."""
