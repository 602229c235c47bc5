"""The ideas that a story is about: only such that all of its readers may see."""

import re

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.models import Board, Idea, Person, Status, Story, StoryIdea
from ideaboard.models.vocabulary import Audience, Stage
from ideaboard.stories.wording import NotAStory
from ideaboard.workflow.linked import idea_meant

MOST = 20
OFFERED = 60


class NotForItsReaders(NotAStory):
    """An idea that some who may read the story could not see."""

    def __init__(self, message: str):
        super().__init__(message, field="link")


def ideas_named(text: str) -> list[int]:
    """Numbers of the ideas that a line names: '12, #13 /ideas/14-oat-milk'. Raises NotAStory for a word that names none."""
    found = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        number = idea_meant(word)
        if number is None:
            raise NotAStory(
                gettext(
                    "“%(word)s” is no idea of this site. Paste the address of the idea's page, or its number.",
                    word=word[:80],
                ),
                field="link",
            )
        found.append(number)
    return found


def is_seen_by_readers(idea: Idea, board_id: int | None) -> bool:
    """Whether whoever may read a story of that board (None: everyone) may see the idea, as both stand now."""
    if not idea.is_in_the_open:
        return False
    return idea.board_id == board_id or idea.board.who_may_see == Audience.EVERYONE


def checked_ideas(ids: list[int], board_id: int | None, by: Person) -> list[Idea]:
    """Within an open transaction: the ideas in their order, each once.

    Raises NotForItsReaders, and NotAStory for more than MOST. What `by` may not see is called missing.
    """
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST:
        raise NotAStory(gettext("A story is about at most %(most)s ideas. Take some off.", most=MOST), field="link")
    seen = {
        idea.id: idea
        for idea in db.session.scalars(
            select(Idea)
            .where(Idea.id.in_([i for i in ids if i < 2**53]), Idea.visible_to(by))
            .options(joinedload(Idea.board))
            .execution_options(populate_existing=True)
        )
    }
    for idea_id in ids:
        if idea_id not in seen:
            raise NotForItsReaders(
                gettext("Idea %(number)s is not here. Take it off, or choose another.", number=idea_id)
            )
        if not is_seen_by_readers(seen[idea_id], board_id):
            raise NotForItsReaders(hidden_words(seen[idea_id], board_id))
    return [seen[i] for i in ids]


def hidden_words(idea: Idea, board_id: int | None) -> str:
    """Why an idea may not be linked, and what to do."""
    if not idea.is_in_the_open:
        return gettext("“%(title)s” is not in the open any more. Take it off this story.", title=idea.title)
    if board_id is None:
        return gettext(
            "“%(title)s” is on %(board)s, which is not open to everyone, and this story is. "
            "Make it a story of that board, or take the idea off.",
            title=idea.title,
            board=idea.board.name,
        )
    return gettext(
        "“%(title)s” is on %(board)s, which not all readers of this story may see. Take the idea off.",
        title=idea.title,
        board=idea.board.name,
    )


def put_links(story: Story, ideas: list[Idea]) -> bool:
    """Within an open transaction: these ideas in this order, no others; True when that is a change."""
    rows = db.session.scalars(select(StoryIdea).where(StoryIdea.story_id == story.id))
    before = {row.idea_id: row for row in rows}
    changed = [row.idea_id for row in sorted(before.values(), key=lambda r: r.position)] != [i.id for i in ideas]
    for row in before.values():
        if row.idea_id not in {idea.id for idea in ideas}:
            db.session.delete(row)
    for position, idea in enumerate(ideas):
        if idea.id in before:
            before[idea.id].position = position
        else:
            db.session.add(StoryIdea(story_id=story.id, idea_id=idea.id, position=position))
    return changed


def linked_ids(story_id: int) -> list[int]:
    """Numbers of the linked ideas, whoever may see them."""
    order = StoryIdea.position, StoryIdea.idea_id
    return list(db.session.scalars(select(StoryIdea.idea_id).where(StoryIdea.story_id == story_id).order_by(*order)))


def linked_ideas(story: Story, viewer: Person | None) -> list[Idea]:
    """The linked ideas that the viewer may see, in the open, with what a row of a list shows."""
    return list(
        db.session.scalars(
            select(Idea)
            .join(StoryIdea, StoryIdea.idea_id == Idea.id)
            .where(StoryIdea.story_id == story.id, Idea.in_the_open(), Idea.visible_to(viewer))
            .options(joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change))
            .order_by(StoryIdea.position, StoryIdea.idea_id)
        )
    )


def ideas_offered(board_ids: set[int] | None) -> list[Idea]:
    """What a writer may choose from: the latest done or promised ideas of these boards (None: of all)."""
    mine = Idea.board_id.in_(board_ids) if board_ids is not None else Idea.id.is_not(None)
    stood = or_(Status.stage == Stage.LAUNCHED, Status.stage == Stage.COMING_SOON)
    return list(
        db.session.scalars(
            select(Idea)
            .join(Status, Status.id == Idea.status_id)
            .join(Board, Board.id == Idea.board_id)
            .where(and_(Idea.in_the_open(), mine, stood))
            .order_by(Idea.change_id.desc())
            .limit(OFFERED)
        )
    )
