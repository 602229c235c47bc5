"""What a merge would do, before it is done: the union of voters, what is carried, what stands in the way. Reads only."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.merging.merge import CannotMerge, check
from ideaboard.models import Comment, Follow, Idea, Merge, Person, Vote
from ideaboard.models.vocabulary import ENDS_VOTING
from ideaboard.voting.support import votes_for

FOUND = 8


@dataclass(frozen=True)
class Preview:
    """`both`: how many voted for the two and count once; `new_votes`: rows that `into` gains; `refusal`: why not, or ''."""

    idea: Idea
    into: Idea
    votes: int
    both: int
    comments: int
    followers: int
    new_followers: int
    refusal: str = ""

    @property
    def new_votes(self) -> int:
        return self.votes - self.both

    @property
    def union(self) -> int:
        return self.into.votes_count + self.new_votes


@dataclass(frozen=True)
class WayBack:
    """What an unmerge would give back: `votes` on the merged idea then, `left` that remain on the other, `comments`."""

    votes: int
    left: int
    comments: int


def preview_of(idea: Idea, into: Idea) -> Preview:
    """Of an idea and the one that would take it in (at the end of its chain)."""
    counted = Vote.idea_id == idea.id, Vote.set_aside_at.is_(None)
    votes, both = db.session.execute(
        select(func.count(), func.count().filter(votes_for(into.id, Vote.person_id))).select_from(Vote).where(*counted)
    ).one()
    other = aliased(Follow)
    has_it = select(other.person_id).where(
        other.idea_id == into.id, other.person_id == Follow.person_id, other.reasons > 0
    )
    followers, had = db.session.execute(
        select(func.count(), func.count().filter(has_it.exists()))
        .select_from(Follow)
        .where(Follow.idea_id == idea.id, Follow.reasons > 0, Follow.muted_at.is_(None))
    ).one()
    refusal = ""
    try:
        check(idea, into)
    except CannotMerge as no:
        refusal = str(no)
    return Preview(idea, into, votes, both, idea.comments_count, followers, followers - had, refusal)


def way_back_of(made: Merge, end: Idea) -> WayBack:
    """Of a merge that stands; `end`: the idea that stands for both now."""
    votes = Vote.idea_id == made.idea_id, Vote.set_aside_at.is_(None)
    back = db.session.scalar(select(func.count()).select_from(Vote).where(*votes))
    leave = db.session.scalar(
        select(func.count())
        .select_from(Vote)
        .where(Vote.idea_id == made.into_id, Vote.origin_idea_id == made.idea_id, Vote.set_aside_at.is_(None))
    )
    stands = Comment.deleted_at.is_(None), Comment.held_at.is_(None), Comment.hidden_at.is_(None)
    comments = db.session.scalar(
        select(func.count())
        .select_from(Comment)
        .where(Comment.idea_id == end.id, Comment.origin_idea_id == made.idea_id, *stands)
    )
    return WayBack(back, end.votes_count - leave, comments)


def candidates(words: str, idea: Idea, by: Person) -> list[Idea]:
    """Ideas whose title has all of the words and that could take `idea` in, the most voted first; at most FOUND."""
    terms = [term[:60] for term in words.split()[:6]]  # SQLite refuses patterns of 50,000 bytes
    if not terms:
        return []
    has_all = [Idea.title.icontains(term, autoescape=True) for term in terms]
    found = db.session.scalars(
        select(Idea)
        .where(
            Idea.in_the_open(), Idea.visible_to(by), Idea.id != idea.id, Idea.standing.not_in(ENDS_VOTING), *has_all,
            or_(by.is_admin, Idea.board_id.in_(by.staff_board_ids)),
        )
        .options(joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change))
        .order_by(Idea.votes_count.desc(), Idea.id.desc())
        .limit(FOUND)
    )  # fmt: skip
    return list(found)
