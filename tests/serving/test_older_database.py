"""A start on a database of an older version brings it to this one, and says so in one line."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from ideaboard.serving.database import bring_up_to_date

MIGRATIONS = Path(__file__).parents[2] / "migrations"
NEXT = '''"""The next one"""
revision, down_revision = "next", "{head}"


def upgrade():
    pass
'''


def test_it_migrates_and_says_so_once(own_app, tmp_path, capsys, monkeypatch):
    bring_up_to_date(own_app)
    assert capsys.readouterr().out == ""
    newer = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (newer / "versions" / "9999_next.py").write_text(NEXT.format(head=head))
    set_up = own_app.extensions["migrate"]
    monkeypatch.setattr(set_up, "directory", str(newer))
    monkeypatch.setattr(set_up.migrate, "directory", str(newer))
    bring_up_to_date(own_app)
    assert capsys.readouterr().out == "The database is of an older version: bringing it to this one ...\n"
    bring_up_to_date(own_app)
    assert capsys.readouterr().out == ""
