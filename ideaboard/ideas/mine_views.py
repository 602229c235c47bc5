"""My ideas, my votes, what I follow."""

from flask import request

from ideaboard.ideas.drafts import drafts_of
from ideaboard.ideas.own import boards_followed_by, followed_by, follows_on, ideas_of, voted_by
from ideaboard.ideas.views import ideas
from ideaboard.site.rows import rows_of
from ideaboard.web.gate import gate, viewer
from ideaboard.web.swap import page


@ideas.get("/me/ideas")
@gate("person.self")
def my_ideas():
    drafts = drafts_of(viewer())
    return page("ideas/mine.html", tab="ideas", rows=_rows(ideas_of), place="ideas.my_ideas", drafts=drafts)


@ideas.get("/me/votes")
@gate("person.self")
def my_votes():
    return page("ideas/mine.html", tab="votes", rows=_rows(voted_by), place="ideas.my_votes")


@ideas.get("/me/follows")
@gate("person.self")
def my_follows():
    rows = _rows(followed_by)
    return page(
        "ideas/mine.html",
        tab="follows",
        rows=rows,
        place="ideas.my_follows",
        follows=follows_on(rows.page.items, viewer()),
        broad=boards_followed_by(viewer()),
    )


def _rows(find):
    found = find(viewer(), after=request.args.get("after"), before=request.args.get("before"))
    return rows_of(found, viewer())
