"""flask --app wsgi bench-similar DIR … [--write FILE]; flask --app wsgi index-similar."""

import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from ideaboard.extensions import db, migrate
from ideaboard.foundation import dialects
from ideaboard.foundation.clock import now
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Board, Idea
from ideaboard.similar import measuring
from ideaboard.similar.folding import catch_up
from ideaboard.similar.measuring import MEASURES, RANKED, Collection
from ideaboard.similar.ranking import ranking


@click.command("index-similar")
@with_appcontext
def index_similar() -> None:
    """Learn the words of ideas that the worker has not come to yet."""
    with click.progressbar(length=db.session.query(Idea).count(), label="Similar", width=0) as bar:
        catch_up(now(), bar.update)


@click.command("bench-similar")
@click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--write", type=click.Path(path_type=Path), help="Write the rankings of the last folder to this file.")
@with_appcontext
def bench_similar(folders: tuple[Path, ...], write: Path | None) -> None:
    """How well similar ideas are found, on corpora in folders; on a scratch database of the configured kind."""
    ours_of_all, plain_of_all = [], []
    for folder in folders:
        collection = Collection.read(folder)
        rankings, times = _rankings(collection)
        if write is not None:
            write.write_text(
                "".join(f"{query}\t{' '.join(ids)}\n" for query, ids in rankings.items()), encoding="utf-8"
            )
        ours = measuring.scores_of(collection.relevant, rankings)
        plain = measuring.scores_of(collection.relevant, measuring.plain_fts5(collection))
        ours_of_all += [score["R@5"] for score in ours.values()]
        plain_of_all += [plain[query]["R@5"] for query in ours]
        click.echo(f"\n{collection.name}: {len(collection.corpus)} ideas, {len(ours)} queries with a known duplicate")
        _tell("similar", ours)
        _tell("plain FTS5", plain)
        times.sort()
        p50, p99 = times[len(times) // 2], times[int(0.99 * (len(times) - 1))]
        click.echo(f"  a query takes {p50:.1f} ms (p50), {p99:.1f} ms (p99)")
    mean, low, high, none = measuring.gain_of(ours_of_all, plain_of_all)
    click.echo(
        f"\nR@5 against plain FTS5, {len(ours_of_all)} queries together: {mean:+.2f} points"
        f" (95 %: {low:+.2f} to {high:+.2f}; {none:.2%} of draws show no gain)"
    )


def _tell(name: str, scores: dict[str, dict[str, float]]) -> None:
    for half, queries in (
        ("whole", list(scores)),
        ("tuned half", [query for query in scores if measuring.half_of(query) == 0]),
        ("other half", [query for query in scores if measuring.half_of(query) == 1]),
    ):
        means = measuring.mean_of(scores[query] for query in queries)
        figures = "  ".join(f"{measure} {means[measure]:5.1f}" for measure in MEASURES)
        click.echo(f"  {name:<11} {half:<10} {figures}  ({len(queries)})")


def _rankings(collection: Collection) -> tuple[dict[str, list[str]], list[float]]:
    """{query: ids, best first}, and how long each query took, in ms; by the live function on a scratch database."""
    names = [row["id"] for row in collection.corpus]
    number = {name: n for n, name in enumerate(names, 1)}
    found, times = {}, []
    with _scratch():
        _fill(collection)
        boards = db.session.scalars(select(Board.id)).all()
        ranking("load what the first query would wait for", boards, limit=1)
        for query in collection.queries:
            few = None
            if collection.candidates is not None:
                few = [number[name] for name in collection.candidates.get(query["id"], []) if name in number]
            begun = time.perf_counter()
            ranked = ranking(query["title"], boards, limit=RANKED, exclude=number.get(query["id"]), among=few)
            end_reading()
            times.append(1000 * (time.perf_counter() - begun))
            found[query["id"]] = [names[idea_id - 1] for idea_id, _ in ranked]
    return found, times


def _fill(collection: Collection) -> None:
    moment = now()
    with transaction() as session:
        board = Board(slug="bench", name="Bench", created_at=moment)
        session.add(board)
        session.flush()
        session.execute(
            Idea.__table__.insert(),
            [
                {
                    "id": n,
                    "board_id": board.id,
                    "title": row["title"][:300],
                    "slug": "idea",
                    "body": row.get("body") or "",
                    "created_at": moment,
                    "visible_at": moment,
                }
                for n, row in enumerate(collection.corpus, 1)
            ],
        )
    catch_up(moment)


@contextmanager
def _scratch():
    """A database of the configured kind, migrated and empty, that is gone afterwards: a file, or a schema."""
    with TemporaryDirectory() as folder, _place(folder) as address:
        app = Flask("scratch")
        app.config["SQLALCHEMY_DATABASE_URI"] = address
        db.init_app(app)
        migrate.init_app(app, db, directory=current_app.extensions["migrate"].directory, render_as_batch=True)
        with app.app_context():
            upgrade()
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def _place(folder: str):
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if dialects.is_a_file(url.get_backend_name()):
        yield f"sqlite:///{folder}/similar.db"
        return
    schema = f"bench_{new_token()[:12].lower().replace('-', '_')}"
    _run(f"CREATE SCHEMA {schema}")
    try:
        scratch = url.update_query_dict({"options": f"-csearch_path={schema}"})
        yield scratch.render_as_string(hide_password=False)
    finally:
        _run(f"DROP SCHEMA {schema} CASCADE")


def _run(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement))
