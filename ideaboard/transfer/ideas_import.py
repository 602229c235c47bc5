"""Write what a plan holds, batch by batch. Run again after a kill, it finishes; run again after that, it changes 0."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ideaboard.foundation.markdown import RENDERER_VERSION, excerpt, render
from ideaboard.foundation.slugs import slugify
from ideaboard.models.vocabulary import Stage
from ideaboard.transfer import cells
from ideaboard.transfer.bulk import BATCH, load_comments, load_ideas
from ideaboard.transfer.bulk_shapes import NewComment, NewIdea, NewPerson
from ideaboard.transfer.cells import Author, cell
from ideaboard.transfer.comment_rows import CommentRow
from ideaboard.transfer.files import ROW
from ideaboard.transfer.idea_rows import IdeaRow
from ideaboard.transfer.plan import Part, Plan


@dataclass
class Written:
    """What a run changed."""

    ideas: int = 0
    comments: int = 0


def run_import(plan: Plan, progress: Callable[[int], None] = lambda rows: None) -> Written:
    """Write the new rows in transactions of up to `bulk.BATCH`; `progress` hears after each how many rows are done.

    Words are turned into Markdown and HTML before the transaction that writes them opens.
    Raises UnknownStatus before it writes anything, and Busy.
    """
    plan.refuse_unsaid()
    written = Written()
    for batch in _batches(plan.ideas):
        words = _words(plan.ideas, batch)
        new = [_new_idea(plan, row, words[row.row]) for row in batch]
        written.ideas += load_ideas(new, board_id=plan.board_id, source=plan.source)
        progress(len(batch))
    for batch in _batches(plan.comments) if plan.comments else ():
        words = _words(plan.comments, batch)
        new = [_new_comment(plan, row, words[row.row]) for row in batch]
        written.comments += load_comments(new, source=plan.source)
        progress(len(batch))
    return written


def _batches(part: Part) -> Iterator[list]:
    rows = part.new
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _words(part: Part, batch: list) -> dict[int, dict]:
    return {row[ROW]: row for row in part.sheet.rows([row.row for row in batch])}


def _new_idea(plan: Plan, row: IdeaRow, words: dict) -> NewIdea:
    columns = plan.ideas.columns
    told = cell(words, columns, "title")
    title, too_long = cells.title_of(told)
    body = cells.markdown_of(words, columns)
    if too_long:
        body = "\n\n".join(part for part in (cells.plain(told), body) if part)
    facts = {field: cell(words, columns, field)[:300] for field in ("url", "category") if cell(words, columns, field)}
    return NewIdea(
        key=row.key,
        values={
            "title": title,
            "slug": slugify(title),
            "body": body,
            "body_html": render(body),
            "renderer_version": RENDERER_VERSION,
            "excerpt": excerpt(body),
            "imported_votes": row.votes,
            "created_at": row.created_at,
            "visible_at": row.created_at,
            "hidden_at": row.created_at if row.hidden else None,
        },
        author=_person(plan, row.author),
        organisation=(row.organisation, plan.first_met[f"organisation:{row.organisation}"])
        if row.organisation
        else None,
        change=_change(plan, row, cells.plain(cell(words, columns, "answer"))),
        facts=facts,
    )


def _change(plan: Plan, row: IdeaRow, answer: str) -> dict | None:
    """Its only status change. Where the export keeps no date of it, it has the idea's own."""
    if row.target.stage is Stage.RECEIVED:
        return None
    return {
        "status_id": plan.status_ids[row.target.stage],
        "stage": row.target.stage,
        "outcome": row.target.outcome,
        "text": answer,
        "html": render(answer) if answer else "",
        "renderer_version": RENDERER_VERSION,
        "changed_at": max(row.created_at, row.status_changed_at or row.created_at),
    }


def _new_comment(plan: Plan, row: CommentRow, words: dict) -> NewComment:
    body = cells.markdown_of(words, plan.comments.columns)
    return NewComment(
        key=row.key,
        idea=row.idea,
        values={
            "body": body,
            "html": render(body),
            "renderer_version": RENDERER_VERSION,
            "posted_at": row.posted_at,
            "hidden_at": row.posted_at if row.hidden else None,
        },
        author=_person(plan, row.author),
        parent=row.parent,
        depth=row.depth,
    )


def _person(plan: Plan, author: Author | None) -> NewPerson | None:
    return NewPerson(author.key, author.name, plan.first_met[author.key]) if author else None
