"""A command line for the stacks of activity-dispatch: `activity-dispatch --help`.

A module imports only from those listed below it:

app            the commands and their options
status, show, job_logs, follow, cancel, missed, slots, stacks_command
               one command each
open_tasks, steps, execution, logs
               what they show, from what the stack and AWS know
stack          what a stack publishes about itself
account        an account's region, or a local cloud
history, errors
"""
