"""What is measured is what is served: no figure of `make bench` is one of another page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ON_POSTGRESQL

CHECK = "import json; from bench.course import check_course; print(json.dumps(check_course()))"


@pytest.mark.skipif(
    ON_POSTGRESQL, reason="it brings a database of its own, and the other run did it"
)
def test_the_page_that_others_are_measured_against_says_the_same_as_ours() -> None:
    """Letter for letter for fifty people; ours in one statement, changed or not."""
    checked = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout.splitlines()[-1]) == {"pages": 50, "page": 1, "unchanged": 1}
