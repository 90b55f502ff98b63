"""SageMaker training jobs that really run."""
