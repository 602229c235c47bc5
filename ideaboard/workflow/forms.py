"""The status form: what staff fill in, and how it becomes the arguments of change_status."""

import re
from datetime import date, timedelta

from sqlalchemy import select
from wtforms import BooleanField, DateField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ideaboard.extensions import db, gettext, lazy_gettext
from ideaboard.foundation.clock import day_in
from ideaboard.foundation.mail import Mail
from ideaboard.foundation.markdown import clean_text
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Idea, Status
from ideaboard.models.vocabulary import STEPS, Outcome, Stage
from ideaboard.notifications.audience import Reach, reach_of
from ideaboard.notifications.preview import Intended, preview_of_change
from ideaboard.permissions import allows
from ideaboard.web.gate import viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.workflow.linked import is_seen_with, link_given, link_of
from ideaboard.workflow.ready_sentence import ready_sentence
from ideaboard.workflow.transitions import ChangeNotPossible, Move, move_of
from ideaboard.workflow.words import OUTCOME_LABELS, month_words, status_label

# Two weeks: long enough to ask around, short enough to be remembered.
HEAR_BY_DAYS = 14
MONTHS_AHEAD = 24


def number(value) -> int | None:
    """'12' -> 12; None for '' and anything that is no row's number."""
    return int(value) if value and re.fullmatch(r"\d{1,15}", str(value)) else None


class StatusForm(Form):
    """Fields keep what was typed. `form_for` makes it and sets the rest below."""

    idea: Idea
    statuses: list[Status]
    moves: dict[int, Move]  # {status id: how choosing it would move the idea}
    sentence: str  # the ready sentence, for a first look
    reach: Reach  # how many are told
    letter: Mail | None = None  # the mail's preview, when it was asked for
    refusal: str = ""
    meanwhile: tuple = ()  # the changes of somebody else, when they came first

    status = RadioField(lazy_gettext("Where it goes"), validate_choice=False)
    outcome = RadioField(
        lazy_gettext("What did the review find?"),
        choices=[SelectChoice(str(outcome), label) for outcome, label in OUTCOME_LABELS.items()],
        validate_choice=False,
    )
    text = TextAreaField(lazy_gettext("Your answer, in your own words"))
    ready = BooleanField()
    day = DateField(lazy_gettext("They hear by"), validators=[Optional()])
    month = SelectField(lazy_gettext("We look again in"), validators=[Optional()], validate_choice=False)
    expected = SelectField(lazy_gettext("Expected in"), validators=[Optional()], validate_choice=False)
    link = StringField(lazy_gettext("Where it is"))
    # The change that the form was written against ('' while received), and the form itself: sent twice is one change.
    written_against = HiddenField()
    form_token = HiddenField()

    def chosen(self) -> Status | None:
        """The status that is chosen, or None."""
        return next((s for s in self.statuses if str(s.id) == self.status.data), None)

    def asked(self) -> dict:
        """The arguments of change_status; what the chosen step does not use is dropped. Raises ChangeNotPossible."""
        status = self.chosen()
        stage = Stage(status.stage) if status else None
        outcome = self.outcome.data if stage is Stage.REVIEWED else None
        if stage is Stage.UNDER_REVIEW and self.day.process_errors:
            raise ChangeNotPossible(gettext("That is not a day. Write it like 2026-06-14."), field="day")
        text = self.text.data or ""
        ready = bool(stage is Stage.UNDER_REVIEW and self.ready.data and not text.strip() and self.sentence)
        promised = {
            Stage.UNDER_REVIEW: self.day.data,
            Stage.REVIEWED: _first_of(self.month.data) if outcome == Outcome.NOT_NOW else None,
            Stage.COMING_SOON: _first_of(self.expected.data),
        }
        return {
            "status_id": status.id if status else -1,
            "outcome": outcome,
            "text": text,
            "is_ready_sentence": ready,
            "promised_on": promised.get(stage),
            "form_token": self.form_token.data,
            "written_against": number(self.written_against.data),
            **(link_given(self.link.data or "") if outcome in (Outcome.EXISTS, Outcome.HANDED_OVER) else {}),
        }

    def refuse(self, refusal: Refusal) -> None:
        """Put the reason beside the field that it is about."""
        name = refusal.field or "text"
        if name == "month" and (status := self.chosen()) and status.stage == Stage.COMING_SOON:
            name = "expected"
        field = self[name] if name in self._fields else self.text
        field.errors = [*field.errors, str(refusal)]


def form_offered(idea: Idea) -> StatusForm | None:
    """The form on the idea's page for who decides on it; None for others, and where its status rests."""
    return form_for(idea) if idea.is_in_the_open and allows(viewer(), "idea.change_status", idea) else None


def form_for(idea: Idea, data=None) -> StatusForm:
    """The form for this idea as the viewer gets it, empty or with what was sent (`data`: request.form)."""
    form = StatusForm(data)
    form.idea = idea
    form.statuses = statuses()
    form.status.choices = [SelectChoice(str(s.id), status_label(s)) for s in form.statuses]
    today = day_in(request_now(), current_site().time_zone)
    months = _months(today)
    form.month.choices = [SelectChoice("", gettext("Choose a month")), *months]
    form.expected.choices = [SelectChoice("", gettext("No month yet")), *months]
    form.moves = {
        s.id: move_of(idea.stage, idea.status_id, idea.outcome, Stage(s.stage), s.id, _same_outcome(idea, s))
        for s in form.statuses
    }
    if data is None:
        form.status.data = str(_next_status(idea, form.statuses))
        form.outcome.data = idea.outcome if idea.stage is Stage.REVIEWED else None
        form.day.data = today + timedelta(days=HEAR_BY_DAYS)
        form.ready.data = idea.stage is Stage.RECEIVED
        form.month.data = form.expected.data = ""
        _promise_again(form, idea, today)
        form.written_against.data = str(idea.change_id or "")
    if data is None or not re.fullmatch(r"[\w-]{20,60}", form.form_token.data or ""):
        form.form_token.data = new_token()
    hear_by = form.day.data or today + timedelta(days=HEAR_BY_DAYS)
    first_look = idea.stage is Stage.RECEIVED
    form.reach = reach_of(idea.id, viewer(), request_now())
    form.sentence = ready_sentence(viewer(), hear_by, request_now(), current_site()) if first_look else ""
    return form


def _promise_again(form: StatusForm, idea: Idea, today: date) -> None:
    """Fill in what was promised, so that a further word keeps it unless staff choose otherwise."""
    change = idea.change
    if change is None:
        return
    if change.promised_on and idea.stage is Stage.UNDER_REVIEW and change.promised_on > today:
        form.day.data = change.promised_on
    if change.promised_on and idea.stage is Stage.REVIEWED:
        form.month.data = f"{change.promised_on:%Y-%m}"
    if change.promised_on and idea.stage is Stage.COMING_SOON:
        form.expected.data = f"{change.promised_on:%Y-%m}"
    if change.outcome in (Outcome.EXISTS, Outcome.HANDED_OVER):
        form.link.data = link_of(change, idea)


def letter_of(form: StatusForm) -> Mail | None:
    """The mail as it would read now; None while nothing is chosen or written."""
    try:
        status, asked = form.chosen(), form.asked()
    except ChangeNotPossible:
        return None
    text = form.sentence if asked["is_ready_sentence"] else clean_text(asked["text"])
    if status is None or not text:
        return None
    linked_id = asked.get("linked_idea_id")
    linked = db.session.get(Idea, linked_id) if linked_id and linked_id < 2**53 else None
    intended = Intended(
        status,
        text,
        outcome=asked["outcome"],
        promised_on=asked["promised_on"],
        is_ready_sentence=asked["is_ready_sentence"],
        linked_url=asked.get("linked_url"),
        linked_idea=linked if linked is not None and is_seen_with(form.idea, linked) else None,
    )
    return preview_of_change(form.idea, viewer(), request_now(), intended)


def statuses() -> list[Status]:
    """All statuses in the order of their stages, then the admin's."""
    found = db.session.execute(select(Status).order_by(Status.position, Status.id)).scalars()
    return sorted(found, key=lambda s: STEPS.index(s.stage))


def _next_status(idea: Idea, among: list[Status]) -> int | None:
    """What is chosen when the form opens: the next step; where the last is reached, a further word."""
    forward = [
        s.id for s in among if move_of(idea.stage, idea.status_id, None, Stage(s.stage), s.id, None) is Move.FORWARD
    ]
    return forward[0] if forward and idea.is_open_for_votes else idea.status_id


def _same_outcome(idea: Idea, status: Status) -> str | None:
    return idea.outcome if status.id == idea.status_id else None


def _months(today: date) -> list[SelectChoice]:
    first = today.replace(day=1)
    days = [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(MONTHS_AHEAD)
    ]
    return [SelectChoice(day.strftime("%Y-%m"), month_words(day)) for day in days]


def _first_of(month: str | None) -> date | None:
    """'2026-06' -> 1 June 2026; None for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-\d{2})?", (month or "").strip())
    try:
        return date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None
