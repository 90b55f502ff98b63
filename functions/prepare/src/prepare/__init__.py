"""The example's first function: makes the job's input from the execution's input."""
