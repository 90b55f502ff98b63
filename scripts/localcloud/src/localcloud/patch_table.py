"""Every patch of LocalStack by name: what is wrong without it, and the module that installs it.

This table imports nothing heavy: the command line reads it without loading LocalStack.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One patch. `wrong` says how LocalStack behaves without it; `more` are modules by service."""

    name: str
    service: str
    module: str
    wrong: str
    more: tuple[tuple[str, str], ...] = ()

    def modules(self, service: str) -> list[str]:
        """The modules to install when a service is loaded."""
        both = ((self.service, self.module), *self.more)
        return [module for name, module in both if name == service]


PATCHES = (
    Patch(
        name="loopback-only",
        service="gateway",
        module="localcloud.gateway",
        wrong="the gateway listens on every interface, whatever host GATEWAY_LISTEN names",
    ),
    Patch(
        name="parser-cache",
        service="gateway",
        module="localcloud.parser_cache",
        wrong="nearly every internal call rebuilds the service's request parser",
    ),
    Patch(
        name="content-types",
        service="gateway",
        module="localcloud.content_types",
        wrong="parsing a request's content type takes a fifth of all time under load",
    ),
    Patch(
        name="queue-metrics",
        service="gateway",
        module="localcloud.queue_metrics",
        wrong="each call to SQS writes metrics to a database, not each queue's once a minute",
    ),
    Patch(
        name="sorted-items",
        service="dynamodb",
        module="localcloud.sorted_items",
        wrong="each query and scan sorts its whole table slowly",
    ),
    Patch(
        name="iam",
        service="gateway",
        module="localcloud.iam.enforcement",
        more=(("lambda", "localcloud.iam.functions"),),
        wrong="every function, task and job may do everything, whatever its role's policies say",
    ),
    Patch(
        name="texts",
        service="gateway",
        module="localcloud.texts",
        more=(("lambda", "localcloud.payloads"),),
        wrong="a lone surrogate is an internal error, and functions get payloads that are not JSON",
    ),
    Patch(
        name="malformed-requests",
        service="gateway",
        module="localcloud.malformed_requests",
        wrong="lengths, patterns and enums of the model are ignored, names that it does not have "
        "are dropped, and values of the wrong type converted",
    ),
    Patch(
        name="s3-objects",
        service="s3",
        module="localcloud.s3_objects",
        wrong="all clouds on a machine keep their objects in one folder; stopping one empties it",
    ),
    Patch(
        name="saved-queries",
        service="logs",
        module="localcloud.saved_queries",
        wrong="queries of Logs Insights cannot be saved",
    ),
    Patch(
        name="log-subscriptions",
        service="logs",
        module="localcloud.log_subscriptions",
        wrong="a log's subscription receives every line, whatever its pattern, and the line's "
        "writer waits for the function",
    ),
    Patch(
        name="log-pages",
        service="logs",
        module="localcloud.log_pages",
        wrong="a line can be read as soon as it is written, and every page of a log is full",
    ),
    Patch(
        name="function-logs",
        service="lambda",
        module="localcloud.lambdas.function_logs",
        wrong="a log is written when its invocation ends, LoggingConfig.LogGroup is ignored, and "
        "an update loses the last logs",
    ),
    Patch(
        name="capacity",
        service="lambda",
        module="localcloud.lambdas.capacity",
        wrong="every invocation in a burst starts its own process, however many there are",
    ),
    Patch(
        name="async-invocations",
        service="lambda",
        module="localcloud.lambdas.async_invocations",
        wrong="few asynchronous invocations run at a time, and long or waiting ones run twice",
    ),
    Patch(
        name="updates",
        service="lambda",
        module="localcloud.lambdas.updates",
        wrong="updating a function kills running invocations and rejects those arriving meanwhile",
    ),
    Patch(
        name="queue-mapping",
        service="lambda",
        module="localcloud.lambdas.queue_mapping",
        wrong="an SQS event source mapping handles one batch at a time and polls every 1-10 s",
    ),
    Patch(
        name="recursion",
        service="gateway",
        module="localcloud.recursion.carrying",
        more=(("lambda", "localcloud.recursion.functions"),),
        wrong="Lambda does not stop functions that invoke each other in a loop",
    ),
    Patch(
        name="path-cache",
        service="stepfunctions",
        module="localcloud.stepfunctions.path_cache",
        wrong="each use of a JSONPath costs 20 ms",
    ),
    Patch(
        name="jsonata",
        service="stepfunctions",
        module="localcloud.stepfunctions.jsonata.evaluation",
        wrong="a JSONata expression starts a JVM, and its errors pass by Retry and Catch",
    ),
    Patch(
        name="activity-clocks",
        service="stepfunctions",
        module="localcloud.stepfunctions.clocks",
        wrong="an activity's TimeoutSeconds runs before a worker has taken the task, a missed "
        "heartbeat is reported as States.Timeout, and an outcome accepted just then is lost",
    ),
    Patch(
        name="activity-input",
        service="stepfunctions",
        module="localcloud.stepfunctions.activity_input",
        wrong="a string as an activity's input loses its quotes, and other input grows by spaces "
        "and escapes",
    ),
    Patch(
        name="early-reports",
        service="stepfunctions",
        module="localcloud.stepfunctions.early_reports",
        wrong="a heartbeat right after ActivityStarted, or without HeartbeatSeconds, gets "
        "InvalidToken, and the state does not notice an early outcome",
    ),
    Patch(
        name="activity-polling",
        service="stepfunctions",
        module="localcloud.stepfunctions.polling",
        wrong="GetActivityTask polls once a second, gives tasks to clients that have disconnected, "
        "and gives out tasks of executions that have ended",
    ),
    Patch(
        name="stop-waiting-states",
        service="stepfunctions",
        module="localcloud.stepfunctions.stopping",
        wrong="StopExecution and the execution's own timeout do not end an execution that waits on "
        "an activity or a retry",
    ),
    Patch(
        name="closed-tasks",
        service="stepfunctions",
        module="localcloud.stepfunctions.closed_tasks",
        wrong="a closed or timed-out task answers InvalidToken or accepts a second outcome, not "
        "TaskTimedOut",
    ),
    Patch(
        name="branch-errors",
        service="stepfunctions",
        module="localcloud.stepfunctions.branch_errors",
        wrong="States.Timeout in a Parallel or Map is an internal ValueError that no Retry matches",
    ),
    Patch(
        name="state-names",
        service="stepfunctions",
        module="localcloud.stepfunctions.state_names",
        wrong="a state name may be used again in a branch of Parallel or Map",
    ),
    Patch(
        name="escapes",
        service="stepfunctions",
        module="localcloud.stepfunctions.escapes",
        wrong="names of states, and other texts of a definition, keep their JSON escapes: "
        "\\u0026 for &",
    ),
    Patch(
        name="redrive",
        service="stepfunctions",
        module="localcloud.stepfunctions.redrive.operation",
        wrong="RedriveExecution does not exist, and status events differ from AWS's",
    ),
    Patch(
        name="names",
        service="stepfunctions",
        module="localcloud.stepfunctions.names",
        wrong="names of executions are not checked, and most that AWS takes cannot be described; "
        "a machine with an alias cannot be started by its own ARN",
    ),
    Patch(
        name="choices",
        service="stepfunctions",
        module="localcloud.stepfunctions.choices",
        wrong="a Choice in which nothing matches fails with States.Runtime",
    ),
    Patch(
        name="activity-tags",
        service="stepfunctions",
        module="localcloud.stepfunctions.tags",
        wrong="tags of activities are refused, which breaks Terraform's aws_sfn_activity",
    ),
    Patch(
        name="tracing-configuration",
        service="stepfunctions",
        module="localcloud.stepfunctions.tracing",
        wrong="DescribeStateMachine leaves tracingConfiguration out: a permanent Terraform diff",
    ),
    Patch(
        name="size-limits",
        service="stepfunctions",
        module="localcloud.stepfunctions.limits",
        wrong="inputs, outputs, errors and causes over AWS's limits, and outputs that are not "
        "JSON, are accepted; state outputs at the limit, or non-ASCII ones near it, are refused",
    ),
)
