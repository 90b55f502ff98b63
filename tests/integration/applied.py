"""A Terraform folder that is applied and destroyed in the background: both mostly wait for the cloud."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from python_terraform import IsFlagged, Terraform


class Applied:
    """A folder that is being applied, is applied, or is being destroyed."""

    def __init__(self, terraform: Terraform) -> None:
        self.terraform = terraform
        # One thread: a destroy waits until the apply is over.
        self._pool = ThreadPoolExecutor(1)
        self._applying = self._pool.submit(self._apply)
        self._destroying: Future[None] | None = None

    def outputs(self) -> dict[str, Any]:
        """Wait until the folder is applied; return its outputs."""
        return self._applying.result()

    def begin_destroy(self) -> None:
        """Start to destroy everything, without waiting for the end."""
        if self._destroying is None:
            self._destroying = self._pool.submit(self._destroy)
            self._pool.shutdown(wait=False)

    def destroy(self) -> None:
        """Destroy everything, unless that has begun already, and wait for the end."""
        self.begin_destroy()
        assert self._destroying is not None
        self._destroying.result()

    def _apply(self) -> dict[str, Any]:
        code, _, errors = self.terraform.apply(skip_plan=True, capture_output=True)
        assert code == 0, errors
        return {name: output["value"] for name, output in self.terraform.output().items()}

    def _destroy(self) -> None:
        # python-terraform would add -force, which Terraform no longer has.
        code, _, errors = self.terraform.destroy(force=None, auto_approve=IsFlagged)
        assert code == 0, errors
