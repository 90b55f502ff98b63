"""From what a service says about a job to the end of its task."""
