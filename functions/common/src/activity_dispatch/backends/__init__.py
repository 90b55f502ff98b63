"""Backends: the compute services that run jobs, behind one protocol."""
