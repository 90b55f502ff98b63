"""SageMaker training jobs that run."""
