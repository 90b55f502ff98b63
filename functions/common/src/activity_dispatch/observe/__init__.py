"""What is reported about the work: metrics, log lines and their keys, addresses of logs."""
