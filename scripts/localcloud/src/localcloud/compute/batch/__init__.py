"""Batch jobs that run."""
