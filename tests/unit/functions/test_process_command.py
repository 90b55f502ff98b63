"""process as a container's command: the same job, with files and streams."""

import io
import json

import pytest

from process.__main__ import main


@pytest.fixture
def job_input(s3) -> dict:
    etag = s3.put_object(Bucket="texts", Key="in.txt", Body=b"a b a")["ETag"]
    source = {"bucket": "texts", "key": "in.txt", "etag": etag, "bytes": 5}
    return {"source": source, "result": {"bucket": "texts", "key": "out.json"}}


def test_the_input_is_a_file_or_stdin(job_input, s3, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "input").write_text(json.dumps(job_input))
    monkeypatch.setenv("TASK_INPUT", str(tmp_path / "input"))
    assert main() == 0
    by_file = json.loads(capsys.readouterr().out)
    monkeypatch.delenv("TASK_INPUT")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(job_input)))
    assert main() == 0
    assert json.loads(capsys.readouterr().out) == by_file
    assert by_file["words"] == 3
    assert by_file["result"] == "s3://texts/out.json"
    assert json.loads(s3.get_object(Bucket="texts", Key="out.json")["Body"].read())["words"] == 3


def test_an_error_is_reported_as_the_lambda_function_would(job_input, s3, tmp_path, monkeypatch) -> None:
    etag = s3.put_object(Bucket="texts", Key="in.txt", Body=b"\xff")["ETag"]
    job_input["source"]["etag"] = etag
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(job_input)))
    monkeypatch.setenv("TASK_ERROR", str(tmp_path / "error"))
    assert main() == 1
    reported = json.loads((tmp_path / "error").read_text())
    assert reported["error"] == "Job.Failed"
    assert reported["message"].startswith("NotText: ")


def test_without_a_worker_the_log_has_the_error(monkeypatch, caplog) -> None:
    monkeypatch.delenv("TASK_ERROR", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("{}"))
    assert main() == 1
    assert "KeyError" in caplog.text
