"""From a scheduled task to a started job: dispatcher, poller, listener."""
