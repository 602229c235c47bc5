"""The doors of following."""

from flask import Blueprint, request, url_for

from ideaboard.following.boards import broad_follow_of, follow_board, forget_board, mute_board
from ideaboard.following.follows import follow, follow_of, mute, unfollow, unmute
from ideaboard.models import Board, Idea
from ideaboard.web.asking import ask_for_address
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import answer

following = Blueprint("following", __name__)


@following.post("/ideas/<int:idea_id>/follow")
@gate("idea.follow", "idea", guests_pass=True)
def follow_idea(idea: Idea):
    if viewer() is None:
        return ask_for_address("follow", {"idea_id": idea.id}, idea=idea)
    follow(idea, viewer(), request_now())
    return _card(idea)


@following.post("/ideas/<int:idea_id>/unfollow")
@gate("idea.follow", "idea")
def unfollow_idea(idea: Idea):
    unfollow(idea, viewer())
    return _card(idea)


@following.post("/ideas/<int:idea_id>/mute")
@gate("idea.follow", "idea")
def mute_idea(idea: Idea):
    mute(idea, viewer(), request_now())
    return _card(idea)


@following.post("/ideas/<int:idea_id>/unmute")
@gate("idea.follow", "idea")
def unmute_idea(idea: Idea):
    unmute(idea, viewer())
    return _card(idea)


def _card(idea: Idea):
    back = url_for("ideas.show", idea_id=idea.id, slug=idea.slug)
    small = request.form.get("size") == "card"
    return answer("following/follow.htmx.html", back, idea=idea, my_follow=follow_of(idea, viewer()), small=small)


@following.post("/boards/<slug>/follow")
@gate("person.self", "board")
def follow_a_board(board: Board):
    follow_board(board, viewer(), request_now())
    return _board_card(board)


@following.post("/boards/<slug>/mute")
@gate("person.self", "board")
def mute_a_board(board: Board):
    mute_board(board, viewer(), request_now())
    return _board_card(board)


@following.post("/boards/<slug>/forget")
@gate("person.self", "board")
def forget_a_board(board: Board):
    forget_board(board, viewer())
    return _board_card(board)


def _board_card(board: Board):
    mine = broad_follow_of(board, viewer())
    return answer("following/board.htmx.html", url_for("boards.show", slug=board.slug), board=board, my_board=mine)
