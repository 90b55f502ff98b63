"""Step Functions' side of a task: answers to it, and what an execution's history says."""
