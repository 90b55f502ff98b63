"""What is made and destroyed in the background: Terraform mostly waits for the cloud."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from python_terraform import IsFlagged, Terraform


class InBackground[T]:
    """Something that is being made, is there, or is being destroyed.

    It is made by `pool`, in turn with others of the same pool; by default, at once.
    """

    def __init__(
        self, make: Callable[[], T], destroy: Callable[[], None], pool: Executor | None = None
    ) -> None:
        # One thread: a destroy waits until all is made.
        self._own = ThreadPoolExecutor(1)
        self._destroy = destroy
        self._making = (pool or self._own).submit(make)
        self._destroying: Future[None] | None = None

    def made(self) -> T:
        """Wait until it is there; return what `make` returned."""
        return self._making.result()

    def begin_destroy(self) -> None:
        """Start to destroy everything, without waiting for the end."""
        if self._destroying is None:
            self._destroying = self._own.submit(self._destroy_what_was_made)
            self._own.shutdown(wait=False)

    def destroy(self) -> None:
        """Destroy everything, unless that has begun already, and wait for the end."""
        self.begin_destroy()
        assert self._destroying is not None
        self._destroying.result()

    def _destroy_what_was_made(self) -> None:
        # What failed halfway too: `made` reports its error.
        self._making.exception()
        self._destroy()


class Applied(InBackground[dict[str, Any]]):
    """A Terraform folder."""

    def __init__(self, terraform: Terraform, pool: Executor | None = None) -> None:
        self.terraform = terraform
        super().__init__(self._apply, self._destroy_all, pool)

    def outputs(self) -> dict[str, Any]:
        """Wait until the folder is applied; return its outputs."""
        return self.made()

    def _apply(self) -> dict[str, Any]:
        code, _, errors = self.terraform.apply(skip_plan=True, capture_output=True)
        assert code == 0, errors
        return {name: output["value"] for name, output in self.terraform.output().items()}

    def _destroy_all(self) -> None:
        # python-terraform would add -force, which Terraform no longer has.
        code, _, errors = self.terraform.destroy(force=None, auto_approve=IsFlagged)
        assert code == 0, errors
