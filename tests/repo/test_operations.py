"""The runbook has a section for every alarm that Terraform makes, and for none that it does not."""

import re
from pathlib import Path

ALARM = re.compile(r'^resource "aws_cloudwatch_metric_alarm" .*?^}$', re.MULTILINE | re.DOTALL)
NAME = re.compile(r'alarm_name += "(.*)"')
KEYS = re.compile(r"^ {4}(?:\"?)([\w-]+)(?:\"?) += ", re.MULTILINE)
QUEUE = re.compile(r'(\w+) += \{ name = "\$\{var\.name\}(-[a-z-]+)"')
HEADING = re.compile(r"^### (\S+)$", re.MULTILINE)


def names(block: str, text: str) -> list[str]:
    """How the names of a block's alarms end, behind the stack's, the function's or the activity's."""
    (name,) = NAME.findall(block)
    each = [""]
    if "each." in name and "for_each = {" in block:
        each = KEYS.findall(block.split("for_each")[1].split("\n  }")[0])
    elif "each." in name and (local := re.search(r"for_each = local\.(\w+)", block)):
        each = KEYS.findall(text.split(f"\n  {local[1]} = {{")[1].split("\n  }")[0])
    queues = dict(QUEUE.findall(text))
    filled = (
        name.replace("${lower(each.key)}", key.lower())
        .replace("${each.key}", key)
        .replace("${local.queues[each.key].name}", "${var.name}" + queues.get(key, ""))
        for key in each
    )
    return [one.removeprefix("${var.name}") for one in filled]


def alarms(root: Path) -> set[str]:
    found: set[str] = set()
    for folder in (root / "terraform/modules").iterdir():
        text = "".join(file.read_text() for file in folder.glob("*.tf"))
        for block in ALARM.findall(text):
            found |= set(names(block, text))
    return found


def test_each_alarm_has_a_section(root: Path) -> None:
    headings = HEADING.findall((root / "docs/operations.md").read_text())
    sections = {re.sub(r"^(NAME|FUNCTION|ACTIVITY)", "", heading) for heading in headings}
    assert alarms(root) == sections


def test_the_alarms_are_found(root: Path) -> None:
    assert {"-reconciler-silent", "-dispatch-dead-letter-not-empty", "-throttles"} <= alarms(root)
    assert "-ActivitiesHeartbeatTimedOut" in alarms(root)
