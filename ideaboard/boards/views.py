"""Reading boards."""

from flask import Blueprint, request

from ideaboard.boards.audiences import doors_of
from ideaboard.boards.directory import boards_open_to, boards_seen_by
from ideaboard.following.boards import broad_follow_of
from ideaboard.ideas.listing import Filter, idea_counts
from ideaboard.models import Board
from ideaboard.site.lists import list_of
from ideaboard.web.gate import gate, viewer
from ideaboard.web.seeing import showed
from ideaboard.web.swap import page, page_or_fragment

boards = Blueprint("boards", __name__)


@boards.get("/boards")
@gate("board.read")
def index():
    seen = boards_seen_by(viewer())
    return page("boards/index.html", boards=seen, counts=idea_counts(viewer()))


@boards.get("/boards/<slug>")
@gate("board.read", "board")
def show(board: Board):
    wanted = Filter.read(request.args, viewer(), board)
    shown = list_of(wanted, viewer(), after=request.args.get("after"), before=request.args.get("before"))
    if not wanted.mine:
        showed(idea.id for idea in shown["rows"].page.items)
    return page_or_fragment(
        "boards/show.html",
        "ideas/more.htmx.html",
        board=board,
        doors=doors_of(board),
        my_board=broad_follow_of(board, viewer()),
        may_submit=bool(boards_open_to(viewer(), [board])),
        **shown,
        place="boards.show",
    )
