"""A training that checkpoints and resumes: in a worker's container or in SageMaker's."""
