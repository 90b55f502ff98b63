"""What a test can break on purpose: requests from inside the cloud, deliveries, processes."""
