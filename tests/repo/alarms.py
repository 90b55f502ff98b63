"""The alarms that Terraform's modules create, by the ends of their names."""

from pathlib import Path

from tests.repo import terraform


def alarms(root: Path) -> set[str]:
    """What follows the name of the stack, function or activity in the name of each alarm."""
    return {
        name
        for folder in (root / "terraform/modules").iterdir()
        for alarm in terraform.blocks(folder, "resource", "aws_cloudwatch_metric_alarm")
        for name in _names(alarm.attributes, terraform.local_values(folder))
    }


def _names(alarm: terraform.Expressions, local_values: terraform.Expressions) -> set[str]:
    name = terraform.value(alarm["alarm_name"])
    queues = terraform.value(local_values["queues"]) if "local.queues" in name else {}
    filled = {
        name.replace("${lower(each.key)}", key.lower())
        .replace("${each.key}", key)
        .replace("${local.queues[each.key].name}", queues[key]["name"] if queues else "")
        for key in (_keys(alarm, local_values) if "each." in name else [""])
    }
    return {one.removeprefix("${var.name}") for one in filled}


def _keys(alarm: terraform.Expressions, local_values: terraform.Expressions) -> list[str]:
    """The keys of for_each: an object, or a local value that is one."""
    for_each = alarm["for_each"]
    name = str(terraform.value(for_each)).removeprefix("${local.").removesuffix("}")
    return list(next(terraform.objects(local_values.get(name, for_each))))
