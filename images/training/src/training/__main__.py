"""`python -m training` runs as a task's program; `python -m training train` as SageMaker starts it."""

import logging
import os
import signal
import sys
from types import FrameType

from training import contracts
from training.contracts import Contract
from training.hyperparameters import InvalidHyperparameters

LOG = logging.getLogger("training")

EXIT_INTERRUPTED = 143


class Interrupted(BaseException):
    """The container is being stopped; the last epoch's checkpoint is already saved."""


def main() -> int:
    """Train; return the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    # In a container this is process 1, which ignores a SIGTERM unless it handles it.
    signal.signal(signal.SIGTERM, _interrupt)
    contract = contracts.contract(sys.argv[1:], os.environ)
    try:
        return _run(contract)
    except InvalidHyperparameters as error:
        return _fail(contract, str(error))
    except Interrupted:
        LOG.warning("interrupted: a later attempt resumes from the last checkpoint")
        return EXIT_INTERRUPTED


def _run(contract: Contract) -> int:
    hyperparameters = contract.hyperparameters()
    # This import takes seconds: problems with the input are reported first.
    from training import run
    from training.trainer import Diverged

    try:
        run.run(contract, hyperparameters)
    except Diverged as error:
        return _fail(contract, str(error))
    return 0


def _fail(contract: Contract, message: str) -> int:
    LOG.error("%s", message)
    contract.fail(message)
    return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
