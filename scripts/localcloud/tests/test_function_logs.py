"""Function logs have what Lambda writes, where and when it writes it."""

import json
from pathlib import Path

from cloud import Cloud, unique, wait_for
from logs import written_bytes
from test_lambda import GATED, MISBEHAVE, tail


def test_logs_contain_start_end_and_report(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE)
    first = tail(cloud.invoke(name, "well", LogType="Tail")).splitlines()
    assert first[0].startswith("START RequestId: ")
    assert first[0].endswith(" Version: $LATEST")
    assert first[1] == "doing well"
    assert first[2].startswith("END RequestId: ")
    assert "Memory Size: 128 MB\tMax Memory Used: " in first[3]
    assert "Init Duration: " in first[3]
    used = int(first[3].split("Max Memory Used: ")[1].split()[0])
    assert 10 < used < 100
    assert "Init Duration" not in tail(cloud.invoke(name, "well", LogType="Tail"))
    wait_for(lambda: cloud.log(f"/aws/lambda/{name}").count("doing well") == 2)


def test_json_logs_go_to_a_custom_group(cloud: Cloud) -> None:
    group = f"/mine/{unique('group')}"
    code = "import logging\ndef handle(event, context): logging.getLogger().debug('said')"
    config = {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "LogGroup": group}
    name = cloud.function(code, LoggingConfig=config)
    cloud.invoke(name)
    wait_for(lambda: "platform.report" in cloud.log(group))
    events = [json.loads(line) for line in cloud.log(group).splitlines()]
    assert events[0]["type"] == "platform.start"
    assert any(event.get("message") == "said" for event in events)
    assert events[-1]["type"] == "platform.report"
    assert events[-1]["record"]["metrics"]["memorySizeMB"] == 128
    assert written_bytes(cloud.client("logs"), f"/aws/lambda/{name}") == 0


def test_a_line_is_logged_while_its_invocation_runs(cloud: Cloud, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    name = cloud.function(GATED, timeout=30)
    log = f"/aws/lambda/{name}"
    cloud.invoke(name, {"begun": str(begun), "go": str(go)}, InvocationType="Event")
    lines = wait_for(lambda: cloud.log(log), seconds=20).splitlines()
    assert [line.split()[0] for line in lines] == ["START", "begun"]
    go.touch()
    wait_for(lambda: "REPORT" in cloud.log(log))
    lines = cloud.log(log).splitlines()
    assert [line.split()[0] for line in lines] == ["START", "begun", "END", "REPORT"]
