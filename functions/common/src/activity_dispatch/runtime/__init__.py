"""Composes the parts of every function and worker from the environment. Adapters are chosen only here."""
