"""Lines of a log group reach the functions that subscribed to it."""

import json
import time

import pytest
from cloud import Cloud, stays, unique, wait_for

from localcloud.log_pages import MAX_SECONDS
from localcloud.log_subscriptions import is_match

HEAR = """
import base64, gzip, json, time
def handle(event, context):
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print([batch["logGroup"], [line["message"] for line in batch["logEvents"]]])
"""


class Subscribed:
    """A log group with a function that prints what it receives."""

    def __init__(self, cloud: Cloud, pattern: str, code: str = HEAR) -> None:
        self.cloud, self.client = cloud, cloud.client("logs")
        self.group = unique("/group")
        self.client.create_log_group(logGroupName=self.group)
        self.client.create_log_stream(logGroupName=self.group, logStreamName="stream")
        self.function = self.subscribe(pattern, code)

    def subscribe(self, pattern: str, code: str = HEAR) -> str:
        """Subscribe one more function; return its name."""
        name = self.cloud.function(code)
        group_arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{self.group}:*"
        self.cloud.client("lambda").add_permission(
            FunctionName=name,
            StatementId="logs",
            Action="lambda:InvokeFunction",
            Principal="logs.amazonaws.com",
            SourceArn=group_arn,
            SourceAccount="000000000000",
        )
        self.client.put_subscription_filter(
            logGroupName=self.group,
            filterName=name,
            filterPattern=pattern,
            destinationArn=f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
        )
        return name

    def write(self, *lines: str) -> None:
        """Write lines to the log."""
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        self.client.put_log_events(
            logGroupName=self.group, logStreamName="stream", logEvents=events
        )

    def heard(self, function: str | None = None) -> str:
        """Return what the function has printed."""
        return self.cloud.log(f"/aws/lambda/{function or self.function}")


def test_matching_lines_reach_each_function(cloud: Cloud) -> None:
    logs = Subscribed(cloud, '{ $.type = "Wanted" }')
    second = logs.subscribe("")
    wanted, other = ('{"type": "Wanted", "n": 1}', '{"type": "Other"}')
    logs.write(other, wanted)
    wait_for(lambda: str([logs.group, [wanted]]) in logs.heard())
    wait_for(lambda: str([logs.group, [other, wanted]]) in logs.heard(second))
    logs.write(other)
    assert stays(lambda: logs.heard().count("Wanted"), 1, MAX_SECONDS + 1)


def test_the_writer_of_a_line_does_not_wait_for_the_function(cloud: Cloud) -> None:
    logs = Subscribed(cloud, "", HEAR + "    time.sleep(3)\n")
    begin = time.monotonic()
    logs.write("line")
    assert time.monotonic() - begin < 2
    wait_for(lambda: "line" in logs.heard())


def test_without_permission_the_function_receives_nothing(cloud: Cloud) -> None:
    logs = Subscribed(cloud, "")
    cloud.client("lambda").remove_permission(FunctionName=logs.function, StatementId="logs")
    logs.write("line")
    assert stays(lambda: "line" in logs.heard(), False, MAX_SECONDS + 1)


@pytest.mark.parametrize(
    ("pattern", "line", "matches"),
    [
        ("", "anything", True),
        ('{ $.a.b = "x" }', json.dumps({"a": {"b": "x"}}), True),
        ('{$.a="x"}', json.dumps({"a": "x", "b": 1}), True),
        ('{ $.a = "x" }', json.dumps({"a": "y"}), False),
        ('{ $.a.b = "x" }', json.dumps({"a": "x"}), False),
        ('{ $.a = "x" }', "a = x", False),
        ('{ $.a = "x" }', "[1]", False),
        ("[of, another, kind]", "anything", True),
    ],
)
def test_patterns_match_as_documented(pattern: str, line: str, matches: bool) -> None:
    assert is_match(pattern, line) is matches
