"""A Terraform folder that is applied in the background: an apply mostly waits for the cloud."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from python_terraform import IsFlagged, Terraform


class Applied:
    """A folder that is being applied, or is applied."""

    def __init__(self, terraform: Terraform) -> None:
        self.terraform = terraform
        self._pool = ThreadPoolExecutor(1)
        self._applying: Future[dict[str, Any]] | None = self._pool.submit(self._apply)

    def outputs(self) -> dict[str, Any]:
        """Wait until the folder is applied; return its outputs."""
        assert self._applying is not None, "destroyed"
        return self._applying.result()

    def destroy(self) -> None:
        """Destroy what was applied, unless that was done before."""
        if self._applying is None:
            return
        wait([self._applying])
        self._applying = None
        self._pool.shutdown()
        # python-terraform would add -force, which Terraform no longer has.
        code, _, errors = self.terraform.destroy(force=None, auto_approve=IsFlagged)
        assert code == 0, errors

    def _apply(self) -> dict[str, Any]:
        code, _, errors = self.terraform.apply(skip_plan=True, capture_output=True)
        assert code == 0, errors
        return {name: output["value"] for name, output in self.terraform.output().items()}
