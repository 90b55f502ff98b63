"""What becomes of dispatch requests."""

from enum import Enum, auto


class Result(Enum):
    """What became of a dispatch request."""

    STARTED = auto()  # a job runs
    REFUSED = auto()  # the task is settled as a failure: it could not be started
    OPEN = auto()  # the answer of its start was lost: the reconciler finds the job or starts it again
    NO_TASK = auto()  # the poll came back empty
    KNOWN = auto()  # a duplicate: the request's task was taken before
    LEFT = auto()  # workers that poll the activity took the task, or still have time to
    DELAYED = auto()  # no start is near: the request is sent again for a later one
    WAITING = auto()  # no slot is free: when one is, the request is sent again
    FREED = auto()  # it said that a job has ended, whose slots of a pool are free now
    DROPPED = auto()  # the request is malformed
    RETRY = auto()  # nothing was taken off the activity: SQS delivers the request again
