"""Backend `batch`: AWS Batch jobs."""
