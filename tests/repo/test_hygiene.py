"""Nothing in the repository names a machine's paths or a package registry's host."""

import re
from pathlib import Path

# /opt/ml, /opt/code and the like are paths inside AWS's or LocalStack's images.
MACHINE_PATH = re.compile(r"(?<![\w.~*)}-])/(?:(?:root|home|work|Users|tmp/lab)\b|opt/(?!ml\b|code\b)\w)")
PACKAGE_HOST = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.org|proxy\.golang\.org|deb\.debian\.org)\b"
)
# Without a scheme it is a folder name in a provider mirror.
TERRAFORM_HOST = re.compile(r"https?://registry\.terraform\.io")


def test_no_machine_path_and_no_package_host(root: Path, files: list[Path]) -> None:
    found = [
        f"{file}: {match.group()}"
        for file in files
        for pattern in (MACHINE_PATH, PACKAGE_HOST, TERRAFORM_HOST)
        for match in pattern.finditer((root / file).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_patterns_find_what_they_should() -> None:
    assert MACHINE_PATH.search('path = "' + "/".join(("", "home", "me", "x")) + '"')
    assert MACHINE_PATH.search("/".join(("", "opt", "tools")))
    assert not MACHINE_PATH.search("/".join(("", "opt", "ml", "model")))
    assert PACKAGE_HOST.search("--index-url https://" + "pypi" + ".org/simple")


def test_there_are_no_lock_files_and_no_build_results(files: list[Path]) -> None:
    names = {"uv.lock", ".terraform.lock.hcl", "terraform.tfstate"}
    assert [file for file in files if file.name in names or file.suffix in {".zip", ".pyc", ".tfplan"}] == []


def test_requirements_name_only_packages_and_versions(root: Path) -> None:
    pinned = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+( ; .+)?$")
    names = ("requirements/dev.txt", "requirements/checkov.txt", "scripts/localcloud/requirements.txt")
    for file in (root / name for name in names):
        lines = [
            line
            for line in file.read_text().splitlines()
            if line.strip() and not line.lstrip().startswith("#")
        ]
        assert [line for line in lines if not pinned.match(line)] == [], file.name
        assert lines, file.name
