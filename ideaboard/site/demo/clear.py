"""Start for real: every demo person and every demo thing goes, real people and what they did elsewhere stay."""

from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ideaboard.accounts.chain import all_of
from ideaboard.foundation.database import transaction
from ideaboard.models import (
    Board,
    BoardMember,
    BroadFollow,
    ClearAnswer,
    Comment,
    Delivery,
    Draft,
    Event,
    Follow,
    Idea,
    IdeaAddition,
    IdeaRevision,
    Mention,
    Merge,
    Notification,
    Pending,
    Person,
    Picture,
    Preference,
    SignedIn,
    Site,
    Solved,
    StatusChange,
    Story,
    StoryIdea,
    Vote,
    Webhook,
    WebhookCall,
)  # fmt: skip
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.search.documents import ANSWER, COMMENT, IDEA
from ideaboard.search.indexing import forget
from ideaboard.site.demo.content import MAIL_DOMAIN
from ideaboard.voting.trending import recompute

LINK_INSTEAD = "/ideas"  # of a real change that pointed at a demo idea: the database wants a link there


@dataclass
class Doomed:
    """Ids of what goes. What demo people did on real boards goes too; what stands on demo boards goes whoever wrote it."""

    people: set[int]
    boards: set[int]
    ideas: set[int]
    comments: set[int]
    changes: set[int]
    stories: set[int]
    events: set[int]


def start_for_real() -> dict[str, int]:
    """Remove the demo in one transaction; returns {table: rows removed}. Doing it twice does nothing more. Raises Busy.

    The site's name and settings are the default ones again; the first admin is asked to change them.
    """
    with transaction() as session:
        doomed = _find(session)
        touched = _real_ideas_touched(session, doomed)
        for kind, ids in ((IDEA, doomed.ideas), (ANSWER, doomed.changes), (COMMENT, doomed.comments)):
            forget(kind, ids)
        # Ideas stop standing at changes that go, before these go.
        nowhere = {"change_id": None, "status_id": None, "standing": Stage.RECEIVED}
        _set(session, Idea, Idea.change_id.in_(doomed.changes), **nowhere)
        _set(session, Idea, Idea.merged_into_id.in_(doomed.ideas), merged_into_id=None, merged_at=None)
        _set(
            session,
            StatusChange,
            StatusChange.linked_idea_id.in_(doomed.ideas),
            linked_idea_id=None,
            linked_url=LINK_INSTEAD,
        )
        removed = _remove_news(session, doomed)
        removed |= _remove_parts(session, doomed)
        _set(session, Comment, Comment.parent_id.in_(doomed.comments), parent_id=None)
        _root_again(session, doomed)
        removed["comment"] = _drop(session, Comment, Comment.id.in_(doomed.comments))
        removed["status_change"] = _drop(session, StatusChange, StatusChange.id.in_(doomed.changes))
        removed["idea"] = _drop(session, Idea, Idea.id.in_(doomed.ideas))
        removed["board"] = _remove_boards(session, doomed)
        removed["person"] = _drop(session, Person, Person.id.in_(doomed.people))
        for idea_id in touched - doomed.ideas:
            _put_right(session, idea_id)
        # Whatever a visitor set who played the admin; where the demo is gone already, real people set it.
        defaults = {c.name: c.default.arg if c.default else None for c in Site.__table__.c if c.name != "id"}
        _set(session, Site, Site.demo_since.is_not(None), **defaults)
    return removed


def _find(session: Session) -> Doomed:
    def ids(model, *any_of) -> set[int]:
        return set(session.scalars(select(model.id).where(or_(*any_of))))

    # Whoever joined while looking, under an address that cannot exist, is nobody either.
    people = ids(Person, Person.origin == Origin.DEMO, Person.email.endswith(f"@{MAIL_DOMAIN}"))
    boards = ids(Board, Board.origin == Origin.DEMO)
    ideas = ids(Idea, Idea.origin == Origin.DEMO, Idea.board_id.in_(boards), Idea.author_id.in_(people))
    changes = ids(
        StatusChange,
        StatusChange.origin == Origin.DEMO, StatusChange.idea_id.in_(ideas), StatusChange.actor_id.in_(people),
    )  # fmt: skip
    # A real comment that a merge carried to an idea that goes returns to where it was written.
    origin, at = Comment.origin_idea_id, Comment.idea_id
    session.execute(
        update(Comment)
        .where(at.in_(ideas), origin.is_not(None), origin.not_in(ideas))
        .values(idea_id=origin, origin_idea_id=None),
        execution_options={"synchronize_session": False},
    )
    comments = ids(
        Comment,
        Comment.origin == Origin.DEMO, at.in_(ideas), origin.in_(ideas), Comment.author_id.in_(people),
    )  # fmt: skip
    # A story names what became of ideas: where these go, what demo people wrote about them goes.
    stories = ids(Story, Story.origin == Origin.DEMO, Story.author_id.in_(people), Story.board_id.in_(boards))
    events = ids(
        Event,
        Event.story_id.in_(stories), Event.origin == Origin.DEMO, Event.actor_id.in_(people), Event.person_id.in_(people), Event.board_id.in_(boards),
        Event.idea_id.in_(ideas), Event.comment_id.in_(comments), Event.change_id.in_(changes),
        Event.merge_id.in_(select(Merge.id).where(or_(Merge.idea_id.in_(ideas), Merge.into_id.in_(ideas)))),
    )  # fmt: skip
    return Doomed(people, boards, ideas, comments, changes, stories, events)


def _real_ideas_touched(session: Session, doomed: Doomed) -> set[int]:
    """Ideas whose counters or standing change because demo people took part."""
    return {
        *session.scalars(select(Vote.idea_id).where(Vote.person_id.in_(doomed.people))),
        *session.scalars(select(Comment.idea_id).where(Comment.id.in_(doomed.comments))),
        *session.scalars(select(StatusChange.idea_id).where(StatusChange.id.in_(doomed.changes))),
        *session.scalars(select(Merge.idea_id).where(Merge.into_id.in_(doomed.ideas))),
        *session.scalars(select(Merge.into_id).where(Merge.idea_id.in_(doomed.ideas))),
    }


def _remove_news(session: Session, doomed: Doomed) -> dict[str, int]:
    """Inbox entries, mails and events; also mails to others that would now carry nothing."""
    entries = or_(
        Notification.person_id.in_(doomed.people),
        Notification.event_id.in_(doomed.events),
        Notification.idea_id.in_(doomed.ideas),
    )
    carried = set(
        session.scalars(select(Notification.delivery_id).where(entries, Notification.delivery_id.is_not(None)))
    )
    gone = {"notification": _drop(session, Notification, entries)}
    empty = carried - set(
        session.scalars(select(Notification.delivery_id).where(Notification.delivery_id.in_(carried)))
    )
    gone["delivery"] = _drop(
        session, Delivery,
        or_(Delivery.person_id.in_(doomed.people), Delivery.address.endswith(f"@{MAIL_DOMAIN}"), Delivery.id.in_(empty)),
    )  # fmt: skip
    of_webhooks = select(Webhook.id).where(
        or_(Webhook.created_by_id.in_(doomed.people), Webhook.board_id.in_(doomed.boards))
    )
    which = or_(WebhookCall.event_id.in_(doomed.events), WebhookCall.webhook_id.in_(of_webhooks))
    gone["webhook_call"] = _drop(session, WebhookCall, which)
    gone["webhook"] = _drop(session, Webhook, Webhook.id.in_(of_webhooks))
    gone["event"] = _drop(session, Event, Event.id.in_(doomed.events))
    return gone


def _remove_parts(session: Session, doomed: Doomed) -> dict[str, int]:
    """What hangs on ideas, comments and people."""
    gone = {}
    for model in (Vote, Follow, Solved):
        which = or_(model.idea_id.in_(doomed.ideas), model.person_id.in_(doomed.people))
        gone[model.__tablename__] = _drop(session, model, which)
    _set(session, Vote, Vote.origin_idea_id.in_(doomed.ideas), origin_idea_id=None)
    _set(session, Comment, Comment.became_idea_id.in_(doomed.ideas), became_idea_id=None)
    of_ideas = or_(Merge.idea_id.in_(doomed.ideas), Merge.into_id.in_(doomed.ideas))
    gone["merge"] = _drop(session, Merge, of_ideas)
    _set(session, Merge, Merge.actor_id.in_(doomed.people), actor_id=None)
    _set(session, Merge, Merge.unmerged_by_id.in_(doomed.people), unmerged_by_id=None)
    which = or_(ClearAnswer.change_id.in_(doomed.changes), ClearAnswer.person_id.in_(doomed.people))
    gone["clear_answer"] = _drop(session, ClearAnswer, which)
    which = or_(Mention.comment_id.in_(doomed.comments), Mention.person_id.in_(doomed.people))
    gone["mention"] = _drop(session, Mention, which)
    gone["story_idea"] = _drop(
        session, StoryIdea, or_(StoryIdea.idea_id.in_(doomed.ideas), StoryIdea.story_id.in_(doomed.stories))
    )
    gone["picture"] = _drop(session, Picture, Picture.story_id.in_(doomed.stories))
    gone["story"] = _drop(session, Story, Story.id.in_(doomed.stories))
    # Real stories that demo people had a hand in.
    _set(session, Picture, Picture.uploaded_by_id.in_(doomed.people), uploaded_by_id=None)
    _set(session, Story, Story.edited_by_id.in_(doomed.people), edited_by_id=None)
    _set(session, Story, Story.read_by_id.in_(doomed.people), read_by_id=None, read_at=None)
    for model in (IdeaAddition, IdeaRevision):
        gone[model.__tablename__] = _drop(session, model, model.idea_id.in_(doomed.ideas))
    _set(session, IdeaRevision, IdeaRevision.actor_id.in_(doomed.people), actor_id=None)
    theirs = or_(
        Draft.author_id.in_(doomed.people), Draft.email.endswith(f"@{MAIL_DOMAIN}"), Draft.idea_id.in_(doomed.ideas)
    )
    gone["draft"] = _drop(session, Draft, theirs)
    _set(session, Draft, Draft.board_id.in_(doomed.boards), board_id=None)
    waiting = [
        pending.id for pending in session.execute(select(Pending.id, Pending.email, Pending.deed))
        if pending.email.endswith(f"@{MAIL_DOMAIN}") or any(deed.get("idea_id") in doomed.ideas for deed in all_of(pending.deed or {}))
    ]  # fmt: skip
    gone["pending"] = _drop(session, Pending, Pending.id.in_(waiting))
    for model in (Preference, SignedIn):
        gone[model.__tablename__] = _drop(session, model, model.person_id.in_(doomed.people))
    return gone


def _remove_boards(session: Session, doomed: Doomed) -> int:
    for model in (BoardMember, BroadFollow):
        _drop(session, model, or_(model.board_id.in_(doomed.boards), model.person_id.in_(doomed.people)))
    _set(session, Board, Board.owner_id.in_(doomed.people), owner_id=None)
    return _drop(session, Board, Board.id.in_(doomed.boards))


def _root_again(session: Session, doomed: Doomed) -> None:
    """Real comments whose thread was opened by one that goes: the highest that stays opens it now."""
    stay = session.execute(
        select(Comment.id, Comment.parent_id).where(
            Comment.root_id.in_(doomed.comments), Comment.id.not_in(doomed.comments)
        )
    ).all()
    parents = dict(stay)
    for comment_id in parents:
        top = comment_id
        while (above := parents.get(top)) is not None:
            top = above
        _set(session, Comment, Comment.id == comment_id, root_id=None if top == comment_id else top)


def _put_right(session: Session, idea_id: int) -> None:
    """A real idea's counters, and the change at which it stands, from the rows that stayed."""
    latest = session.execute(
        select(StatusChange.id, StatusChange.status_id, StatusChange.standing).where(StatusChange.idea_id == idea_id)
        .order_by(StatusChange.changed_at.desc(), StatusChange.id.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    votes = select(func.count()).where(Vote.idea_id == idea_id, Vote.set_aside_at.is_(None))
    comments = select(func.count()).where(
        Comment.idea_id == idea_id,
        Comment.deleted_at.is_(None), Comment.held_at.is_(None), Comment.hidden_at.is_(None),
    )  # fmt: skip
    _set(
        session, Idea, Idea.id == idea_id,
        change_id=latest.id if latest else None, status_id=latest.status_id if latest else None,
        standing=latest.standing if latest else Stage.RECEIVED,
        votes_count=session.scalar(votes), comments_count=session.scalar(comments),
    )  # fmt: skip
    recompute([idea_id])


def _drop(session: Session, model, which) -> int:
    return session.execute(delete(model).where(which).execution_options(synchronize_session=False)).rowcount


def _set(session: Session, model, which, **values) -> None:
    session.execute(update(model).where(which).values(**values).execution_options(synchronize_session=False))
