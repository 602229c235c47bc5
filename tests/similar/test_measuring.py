"""The scorer against values worked out by hand, and the bench on a small invented sample."""

from pathlib import Path

import pytest

from ideaboard.foundation.database import end_reading
from ideaboard.similar.commands import bench_similar
from ideaboard.similar.measuring import Collection, gain_of, mean_of, plain_fts5, scores_of

SAMPLE = Path(__file__).parents[1] / "data" / "similar-sample"


def test_the_scorer_against_values_by_hand():
    relevant = {"q": ["a", "b", "q"], "empty": [], "missing": ["c"]}
    # The query itself is skipped and what is named twice counts once: x a y z w b, so hits at places 2 and 6.
    scores = scores_of(relevant, {"q": ["q", "x", "a", "a", "y", "z", "w", "b"], "empty": ["a"]})
    assert set(scores) == {"q", "missing"}, "a query without relevant ids is left out"
    assert scores["q"] == pytest.approx({"R@5": 50, "R@10": 100, "MAP": 100 * (1 / 2 + 2 / 6) / 2, "MRR": 50})
    assert set(scores["missing"].values()) == {0}
    assert mean_of(scores.values())["R@10"] == 50


def test_the_bootstrap_pairs_its_queries():
    mean, low, high, none = gain_of([100.0] * 50 + [0.0] * 50, [0.0] * 50 + [0.0] * 50)
    assert mean == 50 and 35 < low < 50 < high < 65 and none == 0
    assert gain_of([1.0, 2.0], [1.0, 2.0]) == (0, 0, 0, 1)


def test_plain_fts5_ranks_the_sample():
    assert plain_fts5(Collection.read(SAMPLE))["9"][0] == "1"


def test_the_bench_runs_on_the_sample_and_leaves_the_database_alone(own_app, tmp_path):
    file = tmp_path / "ranking.tsv"
    said = own_app.test_cli_runner().invoke(bench_similar, [str(SAMPLE), "--write", str(file)])
    assert said.exit_code == 0, said.output
    assert "8 ideas, 4 queries" in said.output and "other half" in said.output and "p99" in said.output
    rows = dict(line.split("\t") for line in file.read_text().splitlines())
    assert rows["1"].split()[0] == "6" and "1" not in rows["1"].split()
    assert rows["10"].split()[0] == "4" and rows["11"].split()[0] == "8"
    with own_app.app_context():
        from ideaboard.extensions import db

        assert db.session.execute(db.text("SELECT count(*) FROM idea")).scalar_one() == 0
        end_reading()
