"""`make release`: zips under keys with their hashes, packages.json, checksums, the changelog."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from operations.artifacts import distributions
from operations.artifacts import release as module
from operations.artifacts.release import release
from operations.errors import OperationError

MEMBERS = ("functions/common", "functions/dispatcher", "functions/reporter", "scripts/cli")
CHANGELOG = "# Changelog\n\n## 0.1.0 (2026-01-01)\n"


@pytest.fixture
def zips(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of version 0.2.0 with built zips; distributions and SBOMs are only named."""
    for member in MEMBERS:
        (checkout / member).mkdir(parents=True)
        (checkout / member / "pyproject.toml").write_text(
            f'[project]\nname = "{Path(member).name}"\nversion = "0.2.0"\n'
        )
    folder = checkout / "build/zip"
    folder.mkdir(parents=True)
    for name in ("dispatcher", "reporter"):
        (folder / f"{name}.zip").write_text(name)
    (checkout / "CHANGELOG.md").write_text(CHANGELOG)

    def build(destination: Path) -> None:
        destination.mkdir()
        (destination / "one.whl").write_text("wheel")

    monkeypatch.setattr(distributions, "build", build)
    monkeypatch.setattr(distributions, "describe", lambda *_: None)
    return folder


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions of the changelog's sections that were written."""
    written: list[str] = []
    monkeypatch.setattr(module, "_write_changelog", written.append)
    return written


def test_a_release_names_each_zip_by_its_hash(zips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packages = json.loads(release("releases", "dispatch/", "").read_text())
    digest = hashlib.sha256(b"reporter")
    key = f"reporter-{digest.hexdigest()[:16]}.zip"
    assert packages["bucket"] == "releases"
    assert list(packages["zips"]) == ["dispatcher", "reporter"]
    assert packages["zips"]["reporter"] == {
        "key": f"dispatch/{key}",
        "hash": base64.b64encode(digest.digest()).decode(),
    }
    assert (zips.parent / "release/zips" / key).read_text() == "reporter"
    said = capsys.readouterr().out
    assert "aws s3 cp --recursive build/release/zips s3://releases/dispatch/" in said
    assert "CHANGELOG.md is as it was" in said


def test_the_checksums_are_those_of_all_files(zips: Path) -> None:
    release("releases", "", "")
    folder = zips.parent / "release"
    checked = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert len(checked.stdout.splitlines()) == 4
    assert "dist/one.whl: OK" in checked.stdout


def test_a_release_replaces_the_one_before(zips: Path) -> None:
    release("releases", "", "")
    (zips / "reporter.zip").write_text("new")
    release("releases", "", "")
    assert len(list((zips.parent / "release/zips").iterdir())) == 2


def test_a_version_gets_its_section_and_the_commands_that_publish_it(
    zips: Path, sections: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    release("releases", "", "0.2.0")
    assert sections == ["0.2.0"]
    assert "git tag --annotate v0.2.0 --message 'Release 0.2.0' && git push" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "files", "message"),
    [
        ({"bucket": ""}, {}, "BUCKET must be set"),
        ({"version": "v0.2"}, {}, "VERSION must be three numbers, such as 0.2.0, not 'v0.2'"),
        ({"version": "0.3.0"}, {}, "VERSION is 0.3.0, but the distributions' pyproject.toml have 0.2.0"),
        (
            {"version": "0.2.0"},
            {"CHANGELOG.md": "## 0.2.0 (2026-12-01)\n"},
            "CHANGELOG.md has a section for 0.2.0 already",
        ),
        (
            {},
            {"scripts/cli/pyproject.toml": '[project]\nname = "cli"\nversion = "0.1.0"\n'},
            "must have one version: functions/common: 0.2.0, .*, scripts/cli: 0.1.0",
        ),
    ],
    ids=str,
)
def test_a_wrong_release_writes_nothing(
    given: Mapping[str, str],
    files: Mapping[str, str],
    message: str,
    zips: Path,
    checkout: Path,
    sections: list[str],
) -> None:
    for name, text in files.items():
        (checkout / name).write_text(text)
    with pytest.raises(OperationError, match=message):
        release(**{"bucket": "releases", "prefix": "", "version": "", **given})
    assert not (zips.parent / "release").exists()
    assert sections == []
