"""One quick run of the whole bench: its structure, never its times."""

import json
import subprocess
import sys

import pytest

from tests.bench.cases import cases
from tests.serving.conftest import ROOT

pytestmark = pytest.mark.slow
AT = {"requests", "per_second", "p50_ms", "p99_ms", "cpu_ms", "bytes", "errors", "sent", "floors"}


def test_a_quick_run_has_every_row_and_leaves_no_drift(tmp_path, request):
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tests.bench.measure", "--quick", "--ideas", "300", "--out", str(out)]
    command += ["--postgresql"] if request.config.getoption("--postgresql") else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    found = json.loads(out.read_text())
    assert found["settings"]["BUDGET_FACTOR"] in done.stdout
    (size,) = found["sizes"].values()
    assert size["recount"].startswith("Drift 0.")
    for case in cases():
        row = size["rows"].get(case.key)
        if row is None:
            assert case.key == "list.imported.deep", "300 ideas have too few of before the move for a second page"
            continue
        assert row.get("status") is None, f"{case.key} answers {row['status']}"
        assert row["at_8"].keys() == AT
        assert row["at_8"]["errors"] == 0, case.key
        assert ("changing" in row) == case.changing
        # A small site's open ideas may all be among those that voters wait for.
        assert case.changing or "changing_shown" not in row
    for key in ("vote", "withdraw"):
        assert size["rows"][key]["at_8"]["errors"] == 0
    assert size["memory_mib"].keys() == {"web", "worker"}
    assert size["rows"]["combinations"]["asked"] > 50
    assert {page["requests"] > 1 for page in size["rows"]["first_view"]["pages"].values()} == {True}
    assert found["floors"].keys() == {"own floor"}
