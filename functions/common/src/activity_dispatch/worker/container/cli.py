"""The command `task-worker -- COMMAND ARGS`."""

import gc
import os
import signal
import sys

# Passed on to the program. SIGTERM and SIGINT also mean that the container is being stopped.
SIGNALS = frozenset(
    {
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGHUP,
        signal.SIGQUIT,
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGWINCH,
        signal.SIGCONT,
    }
)


def main() -> int:
    """Run the command as the job of the task in TASK_ID; return the exit code."""
    # Blocked before anything slow: the kernel drops signals to a PID 1 without handlers.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    # The start creates no garbage, and collecting it takes a fifth of the time.
    gc.disable()
    from activity_dispatch.worker.container.start import start

    return start(sys.argv[1:], os.environ, SIGNALS)
