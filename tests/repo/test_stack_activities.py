"""Module `stack` hands each setting of an activity on to module `activity`."""

import re
from pathlib import Path

MODULES = Path(__file__).resolve().parents[2] / "terraform/modules"

# What the stack gives by itself, or has for all activities.
_OF_THE_STACK = {"stack", "name", "tags"}


def test_the_stack_hands_on_every_setting_of_an_activity() -> None:
    stack = (MODULES / "stack" / "main.tf").read_text()
    unset = set(re.findall(r"^    (\w+) += null$", stack, re.MULTILINE))
    handed_on = set(re.findall(r"^  (\w+) += each\.value\.\w+$", stack, re.MULTILINE))
    settings = {
        name
        for file in (MODULES / "activity").glob("variables*.tf")
        for name in re.findall(r'^variable "(\w+)"', file.read_text(), re.MULTILINE)
    }
    assert unset == settings - _OF_THE_STACK
    assert handed_on == unset
