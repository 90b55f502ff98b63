"""More of LocalStack's bugs, in executions and in what is sent to them: see test_stock_bugs.py."""

from cloud import Cloud, error_code, stays, wait_for
from states import activity_state, entered, in_parallel

DONE = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}


def test_a_broken_expression_is_accepted(stock: Cloud) -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 + %}", "End": True}
    assert stock.machine({"StartAt": "Only", "States": {"Only": state}})


def test_no_match_is_an_internal_error(stock: Cloud) -> None:
    rule = {"Variable": "$.a", "IsPresent": True, "Next": "End"}
    states = {"Pick": {"Type": "Choice", "Choices": [rule]}, "End": {"Type": "Succeed"}}
    execution = stock.execute(stock.machine({"StartAt": "Pick", "States": states}))
    assert stock.ended(execution)["error"] == "States.Runtime"


def test_an_execution_cannot_be_redriven(stock: Cloud) -> None:
    client, execution = stock.client("stepfunctions"), stock.start({"Type": "Wait", "Seconds": 60})
    client.stop_execution(executionArn=execution)
    stock.ended(execution)
    assert error_code(client.redrive_execution, executionArn=execution) == "InternalFailure"


def test_an_execution_with_a_name_of_its_own_is_not_found(stock: Cloud) -> None:
    client, machine = (
        stock.client("stepfunctions"),
        stock.machine(DONE),
    )
    arn = client.start_execution(stateMachineArn=machine, name="\u00e9")["executionArn"]
    assert error_code(client.describe_execution, executionArn=arn) == "InvalidArn"


def test_a_lone_surrogate_is_an_internal_error(stock: Cloud) -> None:
    url, _ = stock.queue()
    send = stock.client("sqs").send_message
    assert error_code(send, QueueUrl=url, MessageBody="\ud800") == "InternalError"


def test_a_stopped_execution_keeps_running(stock: Cloud) -> None:
    activity, client = stock.activity(), stock.client("stepfunctions")
    execution = stock.start(activity_state(activity))
    stock.take(activity)
    wait_for(lambda: "ActivityStarted" in stock.history(execution))
    client.stop_execution(executionArn=execution)
    assert stays(lambda: stock.status(execution), "RUNNING", 1)


def test_a_state_name_is_used_again(stock: Cloud) -> None:
    inner = in_parallel({"Type": "Pass"})
    states = {"Inner": {"Type": "Pass", "Next": "Both"}, "Both": {**inner, "End": True}}
    assert stock.machine({"StartAt": "Inner", "States": states})


def test_a_name_keeps_its_escapes(stock: Cloud) -> None:
    # As Terraform's jsonencode writes an ampersand.
    text = r'{"StartAt": "A\u0026B", "States": {"A\u0026B": {"Type": "Succeed"}}}'
    execution = stock.execute(stock.machine(text))
    stock.ended(execution)
    assert entered(stock, execution) == [r"A\u0026B"]
