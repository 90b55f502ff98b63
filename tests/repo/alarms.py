"""The alarms that Terraform's modules create, by the ends of their names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hcl2.rules.abstract import LarkElement
from tests.repo import terraform

# What each stands for is told by other local values: `${local.names.dispatch_queue}`, `${local.prefix}`.
NAME = re.compile(r"\$\{local\.names\.(\w+)\}")
# The name of the stack, activity or function.
OWNER = re.compile(r"^\$\{(var|local)\.\w+\}")


def alarms(root: Path) -> set[str]:
    """What follows the name of the stack, function or activity in the name of each alarm."""
    return {
        OWNER.sub("", name)
        for folder in (root / "terraform/modules").iterdir()
        for alarm in terraform.blocks(folder, "resource", "aws_cloudwatch_metric_alarm")
        for name in _names(alarm.attributes, terraform.local_values(folder))
    }


def _names(alarm: terraform.Expressions, local_values: terraform.Expressions) -> Iterator[str]:
    name = terraform.value(alarm["alarm_name"])
    if name == "${each.value.name}":
        # Several kinds of alarms in one local value, each made by an expression with its own variable.
        texts = [
            str(terraform.value(found["name"]))
            for found in terraform.objects(_each(alarm, local_values))
            if "name" in found
        ]
    elif "each." in name:
        keys = next(terraform.objects(_each(alarm, local_values)))
        texts = [name.replace("${lower(each.key)}", key.lower()).replace("${each.key}", key) for key in keys]
    else:
        texts = [name]
    for text in texts:
        yield from _filled(text, local_values)


def _each(alarm: terraform.Expressions, local_values: terraform.Expressions) -> LarkElement:
    """The object that for_each is, or the local value that it names."""
    for_each = alarm["for_each"]
    name = str(terraform.value(for_each)).removeprefix("${local.").removesuffix("}")
    return local_values.get(name, for_each)


def _filled(text: str, local_values: terraform.Expressions) -> Iterator[str]:
    """The names that a name in the control plane stands for: of queues, and of what runs every minute."""
    if "${local.queues[key].name}" in text:
        for key, queue in _values(local_values, "queues").items():
            if "dead_letter" in key:
                yield from _filled(text.replace("${local.queues[key].name}", queue["name"]), local_values)
    elif "${name}" in text:
        for name in _values(local_values, "silence"):
            yield from _filled(text.replace("${name}", name), local_values)
    elif found := NAME.search(text):
        names = next(terraform.objects(local_values["names"]))
        default = list(terraform.strings(names[found[1]]))[-1]
        yield from _filled(text.replace(found[0], default), local_values)
    elif "${local.prefix}" in text:
        yield text.replace("${local.prefix}", str(terraform.value(local_values["prefix"])))
    else:
        yield text


def _values(local_values: terraform.Expressions, name: str) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = terraform.value(local_values[name])
    return found
