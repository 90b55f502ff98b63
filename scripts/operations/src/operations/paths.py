"""Paths in a checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
UV = ROOT / "build/tools/bin/uv"
PYTHON = ROOT / ".venv/bin/python"
ENVIRONMENTS = ROOT / "terraform/environments"
BOOTSTRAP = ROOT / "terraform/bootstrap"
VERIFY = ROOT / "terraform/verify"
TERRAFORM_INIT = ROOT / "scripts/terraform-init"
CLOUD_PYTHON = ROOT / "build/localcloud/venv/bin/python"
TASK_WORKER = ROOT / ".venv/bin/task-worker"
TRAINING_PYTHON = ROOT / "build/training/venv/bin/python"
TRAINING_IMAGE = ROOT / "images/training"
CLOUD_IMAGES = ROOT / "build/localcloud/images.json"
CLOUD_STATE = ROOT / "build/localcloud/state"
SECOND_CLOUD = ROOT / "build/second-cloud"
CYCLONEDX = ROOT / "build/release-tools/bin/cyclonedx-py"


def build_dir(env: str) -> Path:
    """The folder for the files that a deploy of `env` leaves on this machine."""
    return ROOT / "build" / env


def images_file(env: str) -> Path:
    """The file with the addresses of the images that were pushed for `env`, by image."""
    return build_dir(env) / "images.json"


def outputs_file(env: str) -> Path:
    return build_dir(env) / "outputs.json"
