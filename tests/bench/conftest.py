"""A site of 400 ideas, made once for the tests of this folder."""

import os
from datetime import UTC, datetime

import pytest

from ideaboard.extensions import db
from tests import postgres
from tests.bench.fill import fill
from tests.conftest import make_app

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def new_app(request, tmp_path_factory):
    """new_app(name): an application on an empty database of its own."""
    made = []

    def make(name: str):
        folder = tmp_path_factory.mktemp(name)
        if request.config.getoption("--postgresql"):
            place = postgres.fresh_database(f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
        else:
            place = f"sqlite:///{folder / 'big.db'}"
        made.append(make_app(place, folder))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def big_app(new_app):
    app = new_app("big")
    fill(app, 400, now=NOW, shown=False)
    return app


@pytest.fixture
def site(big_app):
    with big_app.app_context():
        yield big_app
        db.session.remove()
