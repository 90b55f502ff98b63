"""Make Step Functions activities behave as on AWS."""
