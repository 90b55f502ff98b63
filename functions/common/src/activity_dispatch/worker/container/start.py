"""The composition root of `task-worker`."""

import gc
import logging
import signal
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.worker.container.command import CommandWorker
from activity_dispatch.worker.container.parts import Parts
from activity_dispatch.worker.container.program import become_subreaper
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason

LOG = logging.getLogger(__name__)
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def start(arguments: Sequence[str], environment: Mapping[str, str], signals: Iterable[signal.Signals]) -> int:
    """Run the command after `--`; return the exit code. `signals` are blocked, and handled here."""
    logging.basicConfig(stream=sys.stderr, format="task-worker: %(levelname)s: %(message)s")
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("usage: task-worker -- COMMAND [ARGUMENT ...]", file=sys.stderr)
        return Exit.USAGE
    try:
        parts = Parts.from_environment(environment)
    except InvalidSettings as error:
        LOG.error("%s", error)
        return Exit.CONFIG
    _handle_signals(parts.stopper, signals)
    become_subreaper()
    gc.enable()
    try:
        return CommandWorker(parts=parts).run(command)
    except (ClientError, BotoCoreError) as error:
        LOG.error("task %s cannot be taken: %s", parts.settings.task_id, error)
        return Exit.UNSETTLED


def _handle_signals(stopper: Stopper, signals: Iterable[signal.Signals]) -> None:
    """Handle blocked signals in a thread, which, unlike a signal handler, may take locks and wait."""

    def handle() -> None:
        while True:
            number = signal.sigwait(signals)
            if number in STOP_SIGNALS:
                stopper.stop(StopReason.INTERRUPTED, number)
            else:
                stopper.forward(number)

    threading.Thread(target=handle, name="signals", daemon=True).start()
