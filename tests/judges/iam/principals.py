"""Principals of trust and resource policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterator
from typing import Any

# Names of services as their own pages give them; a new one is added with the page that names it.
SERVICES = {
    "batch.amazonaws.com",  # batch/latest/userguide/service_IAM_role.html
    "delivery.logs.amazonaws.com",  # AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    "ec2.amazonaws.com",  # AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    "ecs-tasks.amazonaws.com",  # AmazonECS/latest/developerguide/task-iam-roles.html
    "events.amazonaws.com",  # eventbridge/latest/userguide/eb-use-resource-based.html
    "lambda.amazonaws.com",  # lambda/latest/dg/lambda-intro-execution-role.html
    "logs.amazonaws.com",  # AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    "s3.amazonaws.com",  # AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    "sagemaker.amazonaws.com",  # sagemaker/latest/dg/sagemaker-roles.html
    "scheduler.amazonaws.com",  # scheduler/latest/UserGuide/setting-up.html
    "sns.amazonaws.com",  # sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html
    "sqs.amazonaws.com",  # AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    "states.amazonaws.com",  # step-functions/latest/dg/procedure-create-iam-role.html
    "vpc-flow-logs.amazonaws.com",  # vpc/latest/userguide/flow-logs-iam-role.html
}
# logs.eu-west-1.amazonaws.com is an older form of logs.amazonaws.com, which key policies still need.
REGIONAL = re.compile(r"(logs)\.[a-z]{2}(?:-[a-z]+)+-\d\.(amazonaws\.com)")
AWS = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(role|user|assumed-role)/.+)")


def faults(principal: Any) -> Iterator[str]:
    """Say what is wrong with a statement's principal."""
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal:
        yield f"Principal {principal!r} is neither '*' nor an object"
        return
    for kind, value in principal.items():
        for name in value if isinstance(value, list) else [value]:
            if not _is_known(kind, name):
                yield f"Principal {kind} {name!r} does not exist (or is not in iam/principals.py)"


def _is_known(kind: str, name: Any) -> bool:
    if not isinstance(name, str):
        return False
    if kind == "Service":
        return REGIONAL.sub(r"\1.\2", name) in SERVICES
    return kind == "AWS" and AWS.fullmatch(name) is not None
