"""Lambda functions as plain processes, and LocalStack's Lambda mended round them."""
