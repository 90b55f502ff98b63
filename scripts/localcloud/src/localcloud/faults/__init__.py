"""What a test can break on purpose: requests of what runs in the cloud, deliveries, processes."""
