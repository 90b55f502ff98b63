"""What the reference does not say and AWS accepts nevertheless, each with the page that says so."""

ACTIVITY = "arn:${Partition}:states:${Region}:${Account}:activity:${ActivityName}"
STATE_MACHINE = "arn:${Partition}:states:${Region}:${Account}:stateMachine:${StateMachineName}"
EXECUTION = "arn:${Partition}:states:${Region}:${Account}:execution:${StateMachineName}:${ExecutionId}"

# Resource types of actions that have none in the reference. The developer guide scopes SendTask* to
# activities; for a callback (.waitForTaskToken) they are judged on the state machine.
# https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
TEMPLATES = {
    "states:SendTaskSuccess": (ACTIVITY, STATE_MACHINE, EXECUTION),
    "states:SendTaskFailure": (ACTIVITY, STATE_MACHINE, EXECUTION),
    "states:SendTaskHeartbeat": (ACTIVITY, STATE_MACHINE, EXECUTION),
}

# Forms of ARNs beside those of the reference. The ARN of a log group ends in :* in policies, unless the
# action is about tags.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
# An invocation that names a version is judged on that version's ARN, $LATEST's too.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
FORMS = {
    "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}": (
        "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:*",
    ),
    "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}": (
        "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}:$LATEST",
    ),
}
