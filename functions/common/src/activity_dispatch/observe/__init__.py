"""Observability: metrics, JSON log lines and their keys, console URLs of logs."""
