"""The worker in a container, around a program or a Python function."""
