"""From what a service says of a job to the task's end."""
