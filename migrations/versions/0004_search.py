"""Search: what is found by its words. The table of full text, of either database's own kind, and what is there in it.

Its rows are made by ideaboard/search from ideas, answers and comments, and can be made anew at any time
(`flask --app wsgi index-search`), so the way down just drops it.
"""

from alembic import op

from ideaboard.search.rebuilding import fill

revision = "0004"
down_revision = "0003"


def upgrade():
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # Words come folded and stemmed: the tokenizer only cuts at spaces. No sizes are kept, since we rank ourselves.
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, other, scope, tokenize='ascii', columnsize=0)"
        )
    else:
        op.execute(
            "CREATE TABLE search_fts (id BIGINT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL,"
            " other TEXT NOT NULL, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_fts_words ON search_fts USING gin (words)")
    fill(connection)


def downgrade():
    op.execute("DROP TABLE search_fts")
