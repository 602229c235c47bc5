"""A pytest plugin of `tasks.py test`: how many tests ran and what one takes, without what is started once a session."""

from __future__ import annotations

import json
import os
import time

import pytest

started_once = 0.0  # seconds that fixtures of the session took since they were last asked for
total = {"tests": 0, "seconds": 0.0}


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    global started_once
    start = time.perf_counter()
    try:
        return (yield)
    finally:
        if fixturedef.scope in ("session", "package", "module"):
            started_once += time.perf_counter() - start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    global started_once
    report = yield
    report.started_once, started_once = started_once, 0.0
    return report


def pytest_runtest_logreport(report):
    """In the first process, for the reports of all."""
    total["tests"] += report.when == "call"
    total["seconds"] += max(0.0, report.duration - report.started_once)


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput") and os.environ.get("IDEABOARD_TEST_TIMES"):
        with open(os.environ["IDEABOARD_TEST_TIMES"], "w") as report:
            json.dump(total, report)
