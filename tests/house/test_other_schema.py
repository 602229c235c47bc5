"""Commands that meet a database of another age say so in one sentence."""

import pytest
from sqlalchemy import text

from ideaboard.extensions import db as database
from ideaboard.site.commands import recount
from ideaboard.transfer.commands import import_ideas


@pytest.fixture(params=["recount", "import-ideas"])
def call(request, own_app, tmp_path):
    """call(statements) -> the command's result, on a database that the statements have bent."""
    file = tmp_path / "ideas.csv"
    file.write_text("title\nOat milk\n")
    words = {"recount": (recount, []), "import-ideas": (import_ideas, [str(file), "--board", "drinks"])}[request.param]

    def invoke(*statements):
        with own_app.app_context(), database.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        return own_app.test_cli_runner().invoke(*words)

    return invoke


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["DROP TABLE alembic_version"], "flask --app wsgi db upgrade"),
        (["UPDATE alembic_version SET version_num = '9999'"], "newer than this code"),
    ],
)
def test_another_schema_is_one_sentence(call, statements, sentence):
    said = call(*statements)
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit)
    assert sentence in said.output and len(said.output.strip().splitlines()) == 1


def test_of_this_version_it_runs(call):
    assert "The database is" not in call().output
