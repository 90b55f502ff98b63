"""The example's reduce function: merges the summaries of a fan-out."""
