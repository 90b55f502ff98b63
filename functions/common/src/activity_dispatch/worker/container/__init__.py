"""The worker around a program in a container."""
