"""The local cloud: start and stop it, and the processes that stand in for container images there."""
