"""What each feed holds, for its reader as they stand now: None is a guest."""

from sqlalchemy import and_, or_, select

from ideaboard.extensions import db
from ideaboard.feeds import entries
from ideaboard.feeds.entries import Entry, change_entry, newest, seen_by
from ideaboard.ideas.listing import Filter
from ideaboard.models import Board, BroadFollow, Comment, Follow, Idea, Person, Story, StoryIdea
from ideaboard.models.vocabulary import Reason, Stage
from ideaboard.roadmap.launches import page_of_launches
from ideaboard.workflow.history import has_no_day


def of_site() -> list[Entry]:
    """New ideas, changes and stories."""
    seen = seen_by(None)
    return newest(entries.ideas(seen), entries.changes(seen), entries.stories(None))


def of_board(board: Board) -> list[Entry]:
    """The same of one board."""
    seen = [*seen_by(None), Idea.board_id == board.id]
    return newest(entries.ideas(seen), entries.changes(seen), entries.stories(None, Story.board_id == board.id))


def of_idea(idea: Idea) -> list[Entry]:
    """The idea, its changes, additions and comments."""
    seen = [*seen_by(None), Idea.id == idea.id]
    return newest(
        entries.ideas(seen),
        entries.changes(seen),
        entries.additions(seen),
        entries.comments(seen),
        most=2 * entries.MOST,
    )


def of_stories() -> list[Entry]:
    return newest(entries.stories(None))


def of_launches() -> list[Entry]:
    """Launches, each with the words that launched it; one of which an import kept no word or day tells nothing."""
    found = page_of_launches(Filter(standing=Stage.LAUNCHED), None, size=entries.MOST).items
    told = [c for i, c in found if c.text and c.redacted_at is None and not has_no_day(c, i)]
    return newest([change_entry(change) for change in told])


def of_follows(person: Person) -> list[Entry]:
    """What a person hears of: changes and additions on ideas that they follow, comments on their own, stories about
    them, new ideas on boards that they follow. What they muted, and what they may not see now, is not in it."""
    quiet = _muted_boards(person)
    if None in quiet:
        return []
    mine = and_(Follow.person_id == person.id, Follow.reasons > 0, Follow.muted_at.is_(None))
    seen = [*seen_by(person), Idea.board_id.not_in(quiet)]
    followed = [*seen, Idea.id.in_(select(Follow.idea_id).where(mine))]
    own = [*seen, Idea.id.in_(select(Follow.idea_id).where(mine, Follow.reasons.op("&")(Reason.AUTHOR) > 0))]
    boards = select(BroadFollow.board_id).where(
        BroadFollow.person_id == person.id, BroadFollow.followed_at.is_not(None)
    )
    whole_site = boards.where(BroadFollow.board_id.is_(None)).exists()
    new = [
        *seen,
        or_(Idea.board_id.in_(boards.where(BroadFollow.board_id.is_not(None))), whole_site),
        Idea.author_id.is_distinct_from(person.id),
        Idea.id.not_in(select(Follow.idea_id).where(Follow.person_id == person.id, Follow.muted_at.is_not(None))),
    ]
    about = select(StoryIdea.story_id).join(Idea, Idea.id == StoryIdea.idea_id).where(*followed)
    return newest(
        entries.changes(followed),
        entries.additions(followed),
        entries.comments([*own, Comment.author_id.is_distinct_from(person.id)]),
        entries.ideas(new),
        entries.stories(person, Story.id.in_(about)),
    )


def _muted_boards(person: Person) -> set[int | None]:
    """Ids of boards; None is the whole site."""
    return set(
        db.session.scalars(
            select(BroadFollow.board_id).where(BroadFollow.person_id == person.id, BroadFollow.muted_at.is_not(None))
        )
    )
