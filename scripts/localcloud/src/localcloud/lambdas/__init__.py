"""Lambda functions as plain processes, and the patches of LocalStack's Lambda."""
