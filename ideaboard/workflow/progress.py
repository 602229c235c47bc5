"""The verb of this room: an idea moves on, with one text, and everyone who took part will hear."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from ideaboard.events.kinds import IDEA_STATUS_CHANGED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.clock import day_in
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import RENDERER_VERSION, render
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing
from ideaboard.models import Idea, Person, Site, Status, StatusChange
from ideaboard.models.vocabulary import Stage
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_answer
from ideaboard.workflow.linked import check_link
from ideaboard.workflow.ready_sentence import ready_sentence
from ideaboard.workflow.transitions import (
    ChangeNotPossible,
    all_of,
    answer_text,
    check_date,
    check_outcome,
    check_text,
    move_of,
    needs_of,
)

NOT_ASKED = object()


class MayNotChangeStatus(Forbidden):
    """Only staff of the board and admins decide."""


class NotStanding(Conflict):
    """The idea is merged, taken back, held or hidden: its status rests."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the idea after the form was opened; nothing was written."""


def change_status(
    idea_id: int,
    by: Person,
    now: datetime,
    *,
    status_id: int,
    outcome: str | None = None,
    text: str = "",
    is_ready_sentence: bool = False,
    promised_on: date | None = None,
    linked_url: str | None = None,
    linked_idea_id: int | None = None,
    form_token: str | None = None,
    written_against: int | None | object = NOT_ASKED,
) -> StatusChange:
    """Move an idea, or add a further word where it stands; returns the change. Votes stay as they are.

    promised_on: under review, the day one hears by; not now and coming soon, any day of the month. What the step does
    not promise is dropped. form_token: done twice is one change. written_against: the change that the form was written
    against (None: received); when the idea stands elsewhere by now, nothing is done.
    Raises Missing, MayNotChangeStatus, NotStanding, ChangedMeanwhile, ChangeNotPossible (with `field`).
    """
    text = answer_text(text)
    html = render(text)
    with transaction() as session:
        idea = _reread(idea_id, by)
        if not allows(by, "idea.change_status", idea):
            raise MayNotChangeStatus(gettext("Staff of this board decide here. Ask them, or an admin."))
        if form_token and (done := _sent_already(form_token, idea, by)):
            return done
        if not idea.is_in_the_open:
            raise NotStanding(gettext("This idea is merged, taken back or out of sight, so its status rests."))
        if written_against is not NOT_ASKED and idea.change_id != written_against:
            raise ChangedMeanwhile(
                gettext(
                    "Somebody else moved this idea while you were writing, so nothing was published. "
                    "Your words are kept: look at what changed, then publish again."
                )
            )
        status = session.get(Status, status_id)
        if status is None:
            raise ChangeNotPossible(gettext("That status is not there any more. Choose another."), field="status")
        stage, site = Stage(status.stage), Site.current()
        outcome = check_outcome(stage, outcome)
        move = move_of(idea.stage, idea.status_id, idea.outcome, stage, status.id, outcome)
        needs = needs_of(stage, outcome, move)
        today = day_in(now, site.time_zone)
        _, promised_on, (url, linked_id) = all_of(
            lambda: check_text(text, needs, move, is_ready_sentence),
            lambda: check_date(promised_on, needs, today, is_ready_sentence),
            lambda: check_link(idea, linked_url, linked_idea_id) if needs.link else (None, None),
        )
        if is_ready_sentence:  # one line, made from facts that are read in here
            text = ready_sentence(by, promised_on, now, site)
            html = render(text)
        change = StatusChange(
            idea_id=idea.id,
            status_id=status.id,
            stage=stage,
            outcome=outcome,
            text=text,
            html=html,
            renderer_version=RENDERER_VERSION,
            is_ready_sentence=is_ready_sentence,
            actor_id=by.id,
            changed_at=now,
            promised_on=promised_on,
            linked_idea_id=linked_id,
            linked_url=url,
            votes_at_change=idea.votes_count,
            form_token=form_token,
        )
        session.add(change)
        session.flush()
        facts = {
            "stage": str(stage),
            "outcome": outcome and str(outcome),
            "from": str(idea.stage),
            "answer": change.is_answer,
        }
        record(IDEA_STATUS_CHANGED, actor=by, at=now, idea=idea, change=change, **facts)
        idea.status, idea.change_id, idea.standing = status, change.id, change.standing
        set_committed_value(idea, "change", change)
        index_answer(change)
    return change


def _reread(idea_id: int, by: Person) -> Idea:
    """The idea as it stands now, locked on PostgreSQL: changes of one idea queue at its row."""
    idea = db.session.execute(
        select(Idea)
        .where(Idea.id == idea_id, Idea.visible_to(by, merged=True))
        .options(joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change))
        .with_for_update(of=Idea, key_share=True),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if idea is None:
        raise Missing(gettext("This idea is not here."))
    return idea


def _sent_already(form_token: str, idea: Idea, by: Person) -> StatusChange | None:
    """The change that this form made before. Raises Conflict when the form was another's."""
    done = db.session.execute(select(StatusChange).where(StatusChange.form_token == form_token)).scalar_one_or_none()
    if done is not None and (done.idea_id, done.actor_id) != (idea.id, by.id):
        raise Conflict(gettext("This form was sent before, for something else. Load the page again."))
    return done
