"""Functions run as processes, and fail and log as on AWS."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from cloud import Cloud, unique, wait_for

ENVIRONMENT = """
import os
def handle(event, context):
    return dict(os.environ)
"""
PID = """
import os, time
def handle(event, context):
    time.sleep(event["seconds"])
    return os.getpid()
"""
# Signals that it has begun, waits for permission to continue, and looks for its own code.
GATED = """
import os, pathlib, time
def handle(event, context):
    print("begun")
    pathlib.Path(event["begun"]).touch()
    while not pathlib.Path(event["go"]).exists():
        time.sleep(0.01)
    return {"pid": os.getpid(), "code": pathlib.Path(__file__).read_text()}
"""
MISBEHAVE = """
import os, subprocess, time
def handle(event, context):
    print("doing", event)
    if event == "raise":
        raise ValueError("no good")
    if event == "exit":
        os._exit(3)
    if event == "hang":
        subprocess.Popen(["sleep", "1000"])
        time.sleep(1000)
    if event == "large":
        return "x" * 7_000_000
    return os.getpid()
"""


def tail(response: dict[str, str]) -> str:
    """Return the log of a response."""
    return base64.b64decode(response["LogResult"]).decode()


def test_a_function_gets_the_bare_environment_of_lambda(cloud: Cloud) -> None:
    name = cloud.function(
        ENVIRONMENT, MemorySize=256, Environment={"Variables": {"MINE": "1", "AWS_REGION": "x"}}
    )
    environment = cloud.invoke(name)["Payload"]
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert environment["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert environment["AWS_ENDPOINT_URL"] == cloud.url
    assert environment["MINE"] == "1"
    assert environment["HOME"] == environment["TMPDIR"]
    assert not {"FILESYSTEM_ROOT", "VIRTUAL_ENV", "PYTHONPATH"} & set(environment)


def test_a_handler_error_is_returned_and_logged(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE)
    pid = cloud.invoke(name)["Payload"]
    response = cloud.invoke(name, "raise", LogType="Tail")
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"]["errorType"] == "ValueError"
    assert response["Payload"]["errorMessage"] == "no good"
    assert "ValueError: no good" in tail(response)
    assert cloud.invoke(name)["Payload"] == pid, "an error does not end the process"


def test_a_process_that_exits_is_replaced(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE)
    pid = cloud.invoke(name)["Payload"]
    response = cloud.invoke(name, "exit")
    assert response["Payload"]["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in response["Payload"]["errorMessage"]
    wait_for(lambda: "exit status 3" in cloud.log(f"/aws/lambda/{name}"))
    assert cloud.invoke(name)["Payload"] != pid


def test_a_process_killed_from_outside_is_replaced(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE)
    pid = cloud.invoke(name)["Payload"]
    psutil.Process(pid).kill()
    wait_for(lambda: not psutil.pid_exists(pid))
    response = cloud.invoke(name)
    assert "FunctionError" not in response
    assert response["Payload"] != pid


def test_a_timeout_kills_the_process_group(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE, timeout=1)
    pid = cloud.invoke(name)["Payload"]
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(cloud.invoke, name, "hang", LogType="Tail")
        child = wait_for(lambda: psutil.Process(pid).children())[0]
        response = hanging.result()
    assert response["Payload"]["errorType"] == "Sandbox.Timedout"
    assert response["Payload"]["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert "doing hang" in tail(response)
    assert "Task timed out after 1.00 seconds" in tail(response)
    wait_for(lambda: not psutil.pid_exists(pid) and not child.is_running())
    wait_for(lambda: "Task timed out" in cloud.log(f"/aws/lambda/{name}"))
    assert "FunctionError" not in cloud.invoke(name)


def test_an_init_error_is_returned_and_logged(cloud: Cloud) -> None:
    name = cloud.function("import not_there\ndef handle(event, context): pass")
    for _ in range(2):
        response = cloud.invoke(name, LogType="Tail")
        assert response["Payload"]["errorType"] == "Runtime.ImportModuleError"
        assert "No module named 'not_there'" in tail(response)
    wait_for(lambda: cloud.log(f"/aws/lambda/{name}").count("No module named") >= 2)


def test_a_killed_function_ends_with_lambdas_wording(cloud: Cloud) -> None:
    name = cloud.function(
        "import os, signal\n"
        "def handle(event, context): os.kill(os.getpid(), getattr(signal, event))"
    )
    for signal, word in (("SIGKILL", "signal: killed"), ("SIGSEGV", "signal: segmentation fault")):
        response = cloud.invoke(name, signal)
        assert response["Payload"]["errorType"] == "Runtime.ExitError"
        assert response["Payload"]["errorMessage"].endswith(word)


def test_an_exit_during_init_is_an_error(cloud: Cloud) -> None:
    name = cloud.function("import os\nos._exit(4)\ndef handle(event, context): pass")
    response = cloud.invoke(name)
    assert response["Payload"]["errorType"] == "Runtime.ExitError"
    assert "exit status 4" in response["Payload"]["errorMessage"]


def test_a_response_over_6_mib_is_an_error(cloud: Cloud) -> None:
    response = cloud.invoke(cloud.function(MISBEHAVE), "large")
    assert response["Payload"]["errorType"] == "Function.ResponseSizeTooLarge"


def test_unsupported_functions_are_refused(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), unique("node")
    client.create_function(
        FunctionName=name,
        Runtime="nodejs22.x",
        Role="arn:aws:iam::000000000000:role/test",
        Handler="index.handle",
        Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
    )

    def configuration() -> dict[str, str]:
        return dict(client.get_function_configuration(FunctionName=name))

    wait_for(lambda: configuration()["State"] == "Failed")
    assert "only zipped Python functions" in configuration()["StateReason"]


def test_few_processes_handle_a_burst(cloud: Cloud) -> None:
    """The test cloud allows 8 environments per function; other invocations wait, and none fails."""
    name = cloud.function(PID)
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: cloud.invoke(name, {"seconds": 0.3}), range(24)))
    assert not [answer for answer in answers if "FunctionError" in answer]
    assert len({answer["Payload"] for answer in answers}) <= 8


def test_idle_environments_make_room_for_other_functions(cloud: Cloud) -> None:
    """An idle function holds two thirds of the environments, and two others need as many."""
    for name in [cloud.function(PID) for _ in range(3)]:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, f=name: cloud.invoke(f, {"seconds": 0.3}), range(8)))
        assert not [answer for answer in answers if "FunctionError" in answer]


def test_functions_are_not_run_by_localstacks_python(cloud: Cloud) -> None:
    name = cloud.function("import sys\ndef handle(event, context): return sys.prefix")
    expected = os.path.realpath(os.path.dirname(os.path.dirname(cloud.cli.lambda_python)))  # noqa: PTH120
    assert os.path.realpath(cloud.invoke(name)["Payload"]) == expected


def test_an_update_lets_running_invocations_finish(cloud: Cloud, tmp_path: Path) -> None:
    name, files = cloud.function(GATED), {key: str(tmp_path / key) for key in ("begun", "go")}
    with ThreadPoolExecutor() as pool:
        running = pool.submit(cloud.invoke, name, files)
        wait_for((tmp_path / "begun").exists)
        cloud.update(name, "def handle(event, context): return 'new'")
        assert cloud.invoke(name)["Payload"] == "new"
        (tmp_path / "go").touch()
        answer = running.result()
    assert answer["Payload"]["code"] == GATED
    wait_for(lambda: not psutil.pid_exists(answer["Payload"]["pid"]))


def test_invocations_during_updates_succeed(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context): return -1")
    with ThreadPoolExecutor(4) as pool:
        codes = [f"def handle(event, context): return {number}" for number in range(5)]
        over = pool.submit(lambda: [*map(cloud.update, [name] * 5, codes)])
        answers = []
        while not over.done():
            answers += [one["Payload"] for one in pool.map(cloud.invoke, [name] * 2)]
    over.result()
    assert [answer for answer in answers if answer not in range(-1, 5)] == []
    assert cloud.invoke(name)["Payload"] == 4
