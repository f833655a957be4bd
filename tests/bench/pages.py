"""Only the pages of the bench, for trying."""

import tempfile
from pathlib import Path

from tests.bench.run import pages

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        pages(Path(temporary))
