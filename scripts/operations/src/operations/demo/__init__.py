"""Demos: the stack deployed to a local cloud, run once and removed."""
