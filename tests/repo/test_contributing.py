"""CONTRIBUTING.md and the files that help contributors name only what exists, and count it right."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

LIBRARY = "functions/common/src/activity_dispatch"
# CONTRIBUTING.md shortens a path by these.
BASES = ("", LIBRARY, "terraform/modules")
CODE = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
# What stands for the lists of settings and of a metric: the words to search for, and where.
EXAMPLES = {
    "A setting of an activity": (
        {"max_queue_seconds"},
        (LIBRARY, "terraform/modules/*/*.tf"),
    ),
    "A setting of a backend": ({"exec"}, (LIBRARY, "terraform/modules/*/*.tf")),
    "A metric": ({"SlotsUsed", "SLOTS_USED"}, (LIBRARY, "terraform/modules/*/*.tf", "docs")),
}


@pytest.fixture(scope="module")
def contributing(root: Path) -> str:
    return (root / "CONTRIBUTING.md").read_text()


def paths_of(text: str) -> set[str]:
    """The paths in backticks, with a backend's name for NAME."""
    words = {word.replace("NAME", "sagemaker") for word in CODE.findall(text)}
    return {word for word in words if "/" in word and " " not in word}


def full(root: Path, path: str) -> str | None:
    """A shortened path as it is from the root; None if nothing is there."""
    return next((f"{base}/{path}".lstrip("/") for base in BASES if (root / base / path).exists()), None)


def table_after(text: str, heading: str) -> str:
    return text.split(f"### {heading}\n")[1].split("\n|---")[1].split("\n\n")[0]


def load(file: Path) -> Any:
    return json.loads(file.read_text()) if file.suffix == ".json" else yaml.safe_load(file.read_text())


def test_every_path_exists(root: Path, contributing: str) -> None:
    paths = paths_of(contributing)
    assert len(paths) > 30
    assert sorted(path for path in paths if full(root, path) is None) == []
    assert full(root, "domain/nowhere.py") is None


def test_every_package_of_the_library_is_listed(root: Path, contributing: str) -> None:
    table = contributing.split("| package | what |")[1].split("\n\n")[0]
    packages = {file.parent.name for file in (root / LIBRARY).glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE)) == packages


@pytest.mark.parametrize("heading", EXAMPLES)
def test_the_list_of_files_is_complete(
    root: Path, files: list[Path], contributing: str, heading: str
) -> None:
    words, places = EXAMPLES[heading]
    listed = {full(root, path) for path in paths_of(table_after(contributing, heading))}
    named = {
        str(file)
        for file in files
        if any(file.match(place) or file.is_relative_to(place) for place in places)
        and words & set(re.findall(r"\w+", (root / file).read_text()))
    }
    assert listed == named


def test_every_pattern_of_the_code_owners_matches_a_file(root: Path, files: list[Path]) -> None:
    lines = (root / ".github/CODEOWNERS").read_text().splitlines()
    patterns = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert patterns
    unused = []
    for pattern in patterns:
        glob = pattern.removeprefix("/") + ("**" if pattern.endswith("/") else "")
        if not any(file.full_match(glob if pattern.startswith("/") else f"**/{glob}") for file in files):
            unused.append(pattern)
    assert unused == []


def test_every_yaml_and_json_file_can_be_read(root: Path, files: list[Path]) -> None:
    found = [file for file in files if file.suffix in {".yml", ".yaml", ".json"}]
    assert Path(".github/workflows/ci.yml") in found
    for file in found:
        assert load(root / file), file


def test_the_workflow_runs_what_ci_runs_with_the_devcontainers_terraform(root: Path) -> None:
    workflow = load(root / ".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert {"run": ".ci/run"} in job["steps"]
    settings = {step["uses"].split("@")[0]: step.get("with", {}) for step in job["steps"] if "uses" in step}
    container = load(root / ".devcontainer/devcontainer.json")
    (terraform,) = container["features"].values()
    assert settings["hashicorp/setup-terraform"]["terraform_version"] == terraform["version"]
    assert container["image"].endswith(f":{settings['actions/setup-python']['python-version']}")


def test_the_hooks_and_templates_call_only_tools_and_targets_of_the_makefile(
    root: Path, files: list[Path], targets: set[str]
) -> None:
    makefile = (root / "Makefile").read_text()
    hooks = load(root / ".pre-commit-config.yaml")["repos"]
    entries = [hook["entry"].split()[0] for repo in hooks for hook in repo["hooks"]]
    assert [entry for entry in entries if entry not in makefile] == []
    settings = [
        file for file in files if file.parts[0] in {".github", ".devcontainer", ".pre-commit-config.yaml"}
    ]
    named = {name for file in settings for name in TARGET.findall((root / file).read_text())}
    assert "setup" in named
    assert named - targets == set()


def test_the_fragments_are_in_the_next_section_of_the_changelog(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["towncrier"]
    assert (root / settings["filename"]).read_text().count(settings["start_string"]) == 1
    kinds = "|".join(kind["directory"] for kind in settings["type"])
    fragments = [file for file in (root / settings["directory"]).iterdir() if file.name != "README.md"]
    name = re.compile(rf"(\d+|\+[\w-]+)\.({kinds})(\.\d+)?\.md")
    assert [file.name for file in fragments if not name.fullmatch(file.name)] == []
    done = subprocess.run(
        [".venv/bin/towncrier", "build", "--draft", "--version", "next"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    section = " ".join(done.stdout.split())
    assert [file.name for file in fragments if " ".join(file.read_text().split()) not in section] == []
