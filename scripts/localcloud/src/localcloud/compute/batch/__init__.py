"""Batch jobs that really run."""
