"""The poller function: polls the activities in mode `poll` continuously."""
