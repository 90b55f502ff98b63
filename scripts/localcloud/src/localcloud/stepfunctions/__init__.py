"""Step Functions activities as AWS has them."""
