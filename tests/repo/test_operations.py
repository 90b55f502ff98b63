"""The runbook has a section for every alarm that Terraform creates, and no other sections."""

import re
from pathlib import Path

from tests.repo.alarms import alarms

HEADING = re.compile(r"^### (\S+)$", re.MULTILINE)


def test_each_alarm_has_a_section(root: Path) -> None:
    headings = HEADING.findall((root / "docs/operations.md").read_text())
    sections = {re.sub(r"^(NAME|FUNCTION|ACTIVITY)", "", heading) for heading in headings}
    assert alarms(root) == sections


def test_the_alarms_are_found(root: Path) -> None:
    assert {"-reconciler-silent", "-dispatch-dead-letter-not-empty", "-throttles"} <= alarms(root)
    assert {"-timed-out", "-reporter-dropped"} <= alarms(root)
