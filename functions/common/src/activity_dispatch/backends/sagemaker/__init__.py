"""Backend `sagemaker`: training jobs."""
