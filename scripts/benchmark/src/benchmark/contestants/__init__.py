"""The ways that tasks are started other than ours; each module is a program of its own."""
