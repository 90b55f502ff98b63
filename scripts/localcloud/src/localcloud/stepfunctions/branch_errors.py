"""Keep the name of a States error that leaves a branch of a Parallel or Map.

LocalStack treats every error of a branch as a user's own, for which it forbids States names: a
timeout in a branch becomes "ValueError(Custom Error Names MUST NOT begin with the prefix
'States.')", which no Retry or Catch matches.
"""

from localstack.services.stepfunctions.asl.component.common.error_name.error_name import ErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (  # noqa: E501
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration import (  # noqa: E501
    iteration_worker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel import (
    branches_decl,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
    state_task_activitiy,
)

_OWN_NAMES = frozenset(name.to_name() for name in StatesErrorNameType)


def install() -> None:
    """Use the right kind of name wherever errors are passed on."""
    for module in (branches_decl, iteration_worker, state_task_activitiy):
        module.CustomErrorName = _name


def _name(error_name: str | None) -> ErrorName:
    if error_name in _OWN_NAMES:
        return StatesErrorName.from_name(error_name)
    return ErrorName(error_name)
