"""Bars, ratios and tables from figures that are given."""

import pytest

from tests.bench import report


def row(bar, **figures):
    return {"title": "a page", "bar": bar} | figures


FIGURES = {"per_second": 900.0, "p50_ms": 4.0, "p99_ms": 30.0, "cpu_ms": 1.5, "floors": 2.5, "bytes": 9000, "errors": 0}


@pytest.mark.parametrize(
    ("bar", "figures", "wanted"),
    [
        ({"floor": 2, "between": None, "p50": None, "p99": None}, {"at_8": FIGURES}, [False]),
        ({"floor": 6, "between": 4, "p50": None, "p99": None}, {"at_8": FIGURES, "changing": {"floors": 3.9}, "changing_shown": {"floors": 4.1}}, [True, True, False]),
        ({"floor": 6, "between": 4, "p50": None, "p99": None}, {"at_8": FIGURES, "changing": {"floors": 4.1}}, [True, False]),
        ({"floor": None, "between": None, "p50": 10, "p99": 20}, {"at_1": FIGURES, "at_8": FIGURES}, [True, False]),
        # A vote's p99 is that at eight connections.
        ({"floor": 4, "between": None, "p50": None, "p99": 60}, {"at_1": FIGURES | {"p99_ms": 99}, "at_8": FIGURES}, [True, True]),
        ({"floor": 2, "between": None, "p50": None, "p99": None}, {"status": 404}, []),
    ],
)  # fmt: skip
def test_a_row_is_judged_by_its_bar(bar, figures, wanted):
    assert [met for _, met in report.judged(row(bar, **figures))] == wanted


def test_growth_has_an_interval():
    found = report.interval([1.0, 1.1, 1.2, 1.1, 1.0, 1.2, 1.1], 2.447)
    assert found["from"] < found["ratio"] < found["to"]
    assert found["ratio"] == pytest.approx(1.098, abs=0.002)
    assert report.interval([2.0, 2.0, 2.0], 2.447) == {"ratio": 2.0, "from": 2.0, "to": 2.0, "runs": 3}


def test_the_table_has_a_line_for_each_row_that_was_measured():
    bar = {"floor": 6, "between": None, "p50": None, "p99": None}
    rows = {"list": row(bar, at_8=FIGURES), "gone": row(bar, status=404)}
    text = report.table({"sizes": {1000: {"rows": {}}, 20000: {"rows": rows}}})
    assert text.count("\n| a page") == 1
    assert "2.5 of 6 floors: met" in text


def test_two_runs_are_held_beside_each_other(capsys):
    bar = {"floor": 6, "between": None, "p50": None, "p99": None}
    runs = [
        {"database": name, "sizes": {1000: {"rows": {"list": row(bar, at_8=FIGURES | {"cpu_ms": cpu})}}}}
        for name, cpu in (("sqlite", 2.0), ("postgresql", 5.0))
    ]
    report.say_beside(*runs)
    assert "| a page | 2.00 | 5.00 | 2.5 |" in capsys.readouterr().out
