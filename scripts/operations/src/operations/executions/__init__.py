"""`make run` and `make status`: activity-dispatch's commands, on the stack of an environment."""
