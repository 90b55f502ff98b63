"""The example's first function: creates the job's input from the execution's input."""
