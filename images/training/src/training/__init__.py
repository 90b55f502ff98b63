"""A training that checkpoints and resumes: in a worker's container, and in one of SageMaker."""
