"""Step Functions' side of a task: answers to it, and the history of its execution."""
