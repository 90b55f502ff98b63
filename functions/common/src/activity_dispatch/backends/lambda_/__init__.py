"""Backend `lambda`: asynchronous invocations."""
