"""A person's own: their ideas with what they took back, their votes, what they follow."""

from sqlalchemy import or_, select

from ideaboard.extensions import db
from ideaboard.following.follows import Hearing
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.paging import Page, paginate
from ideaboard.ideas.listing import WITH_ITS_ROW
from ideaboard.models import Board, BroadFollow, Follow, Idea, Person, Vote


def ideas_of(person: Person, *, after=None, before=None) -> Page:
    """Ideas they wrote, newest first, also those they took back. Raises Missing for a cursor that is not ours."""
    statement = select(Idea).where(Idea.author_id == person.id, Idea.visible_to(person, merged=True))
    key = [(Idea.created_at, True), (Idea.id, True)]
    read = lambda i: (i.created_at, i.id)  # noqa: E731
    return paginate(statement.options(*WITH_ITS_ROW), key, read, after=after, before=before)


def voted_by(person: Person, *, after=None, before=None) -> Page:
    """Ideas they voted for, the newest vote first."""
    statement = (
        select(Idea, Vote.cast_at)
        .join(Vote, Vote.idea_id == Idea.id)
        .where(Vote.person_id == person.id, Idea.in_the_open(), Idea.visible_to(person))
        .options(*WITH_ITS_ROW)
    )
    return _ideas_only(statement, Vote.cast_at, after, before)


def followed_by(person: Person, *, after=None, before=None) -> Page:
    """Ideas they follow or muted, the newest wish first."""
    statement = (
        select(Idea, Follow.followed_at)
        .join(Follow, Follow.idea_id == Idea.id)
        .where(
            Follow.person_id == person.id,
            or_(Follow.reasons > 0, Follow.muted_at.is_not(None)),
            Idea.in_the_open(),
            Idea.visible_to(person),
        )
        .options(*WITH_ITS_ROW)
    )
    return _ideas_only(statement, Follow.followed_at, after, before)


def follows_on(ideas: list, person: Person) -> dict[int, Hearing]:
    """{idea id: the person's follow} for the rows of a page: ideas, or their lines."""
    rows = in_slots(_FOLLOWS, "idea", _AT_ONCE, (idea.id for idea in ideas), person_id=person.id)
    return {row.idea_id: Hearing(row.reasons, row.muted_at) for row in rows}


_AT_ONCE = 80  # the roadmap
_FOLLOWS = Kept(
    lambda _: select(Follow.idea_id, Follow.reasons, Follow.muted_at).where(
        Follow.person_id == given("person_id"), Follow.idea_id.in_([given(f"idea_{n}") for n in range(_AT_ONCE)])
    )
)


def boards_followed_by(person: Person) -> list[tuple[BroadFollow, Board | None]]:
    """Boards they follow or muted and still see, and (board None) the whole site."""
    rows = db.session.execute(
        select(BroadFollow, Board)
        .outerjoin(Board, Board.id == BroadFollow.board_id)
        .where(BroadFollow.person_id == person.id, or_(BroadFollow.board_id.is_(None), Board.visible_to(person)))
        .order_by(Board.position, Board.name)
    )
    return [(row, board) for row, board in rows]


def _ideas_only(statement, moment, after, before) -> Page:
    page = paginate(
        statement,
        [(moment, True), (Idea.id, True)],
        lambda row: (row[1], row[0].id),
        after=after,
        before=before,
        scalars=False,
    )
    page.items = [row[0] for row in page.items]
    return page
