"""Judges what `scripts/terraform-test` rendered: python -m tests.judges [FOLDER]."""

import sys
from pathlib import Path

from tests.judges import bench
from tests.judges.documents import RENDERED

if __name__ == "__main__":
    sys.exit(bench.main(Path(sys.argv[1]) if len(sys.argv) > 1 else RENDERED))
