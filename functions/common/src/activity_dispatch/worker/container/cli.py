"""The command `task-worker -- COMMAND ARGS`."""

import gc
import os
import signal
import sys

# Passed on to the program. TERM and INT also mean that the container is being stopped.
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
    """Run the command as the job of the task that the environment names; return the exit code."""
    # Held back before anything slow: the kernel drops what reaches a PID 1 that does not listen yet.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    # Nothing made while starting is garbage; looking for some takes a fifth of the time.
    gc.disable()
    from activity_dispatch.worker.container.start import start

    return start(sys.argv[1:], os.environ, SIGNALS)
