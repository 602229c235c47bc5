"""The doors of the figures: the page, the same as JSON, the badge; and the question under an answer."""

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from sqlalchemy import select

from ideaboard.extensions import db, force_locale, gettext
from ideaboard.foundation.links import links
from ideaboard.foundation.refusals import Missing, Refusal
from ideaboard.insights import words
from ideaboard.insights.badge import HEIGHT, badge_policy, badge_styles, badge_svg
from ideaboard.insights.clearness import clear_of, judge_answer
from ideaboard.insights.kept import scoreboard_of
from ideaboard.insights.scoreboard import SHOWN_DAYS
from ideaboard.insights.shapes import scoreboard_shape
from ideaboard.models import Board, Idea, Person, StatusChange
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.swap import answer, page

insights = Blueprint("insights", __name__)
MONTHS_SHOWN = 12
_BADGE_LASTS = 600  # seconds
for word in (
    words.badge_words, words.clock_figure, words.clock_note, words.clock_words, words.kept_words, words.of_words,
    words.percent, words.share_words,
):  # fmt: skip
    insights.add_app_template_global(word)


@insights.get("/how-we-answer")
@gate("site.read")
def how_we_answer():
    """The figures of the boards that the viewer sees."""
    boards, scoreboard = _figures(viewer())
    seen = [board for board in boards if board.id in scoreboard.boards]
    return page(
        "insights/how_we_answer.html",
        score=scoreboard,
        boards=seen,
        months=list(scoreboard.months.items())[:MONTHS_SHOWN],
        earlier=len(scoreboard.months) > MONTHS_SHOWN,
        promises={(board.promise_votes, board.promise_days) for board in seen},
        days=SHOWN_DAYS,
        more_than_guests=viewer() is not None and len(boards) > len(_boards(None)),
        badge_height=HEIGHT,
        badge_at=links.public("insights.badge"),
        page_at=links.public("insights.how_we_answer"),
    )


@insights.get("/how-we-answer.json")
@gate("site.read")
def how_we_answer_json():
    """The same of the boards that everybody sees, whoever asks."""
    boards, scoreboard = _figures(None)
    about = {"site": current_site().name, "page": links.public("insights.how_we_answer")}
    return jsonify({**about, "time_zone": current_site().time_zone, **scoreboard_shape(scoreboard, boards)})


@insights.get("/how-we-answer/badge.svg")
@gate("site.read")
def badge():
    """What the public page says, in one line; in the site's language, as it stands on other people's pages."""
    scoreboard, styles = _figures(None)[1], badge_styles(current_site().accent)
    with force_locale(current_site().locale):
        picture = badge_svg(gettext("How we answer"), words.badge_words(scoreboard.whole), styles)
    response = Response(picture, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = badge_policy(styles)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # any page may show it
    response.headers["Cache-Control"] = f"public, max-age={_BADGE_LASTS}"
    return response


@insights.post("/ideas/<int:idea_id>/clear")
@gate("idea.follow", "idea")
def judge(idea: Idea):
    """Was this answer clear?"""
    number, said = request.form.get("change", ""), request.form.get("clear")
    if said not in ("yes", "no"):
        raise Refusal(gettext("Say yes or not quite."))
    change_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    judge_answer(idea.id, change_id, viewer(), request_now(), is_clear=said == "yes")
    change = db.session.get(StatusChange, change_id)
    return answer(
        "insights/judge.htmx.html",
        url_for("ideas.show", idea_id=idea.id, slug=idea.slug, _anchor="answer"),
        idea=idea,
        clear=clear_of(change, idea, viewer()),
    )


def _figures(reader: Person | None):
    """(boards that the reader sees, their scoreboard). Raises Missing where the owner has switched the page off."""
    if not current_site().shows_how_we_answer:
        raise Missing(gettext("This page is not here."))
    boards = _boards(reader)
    ids = tuple(sorted(board.id for board in boards))
    return boards, scoreboard_of(
        ids, request_now(), current_site().time_zone, current_app._get_current_object().app_context
    )


def _boards(reader: Person | None) -> list[Board]:
    """Archived ones too: what was promised there counts."""
    shown = select(Board).where(Board.visible_to(reader)).order_by(Board.position, Board.name, Board.id)
    return list(db.session.scalars(shown))
