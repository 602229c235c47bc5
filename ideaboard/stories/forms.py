"""The form of a story, and how what was sent becomes the arguments of its verbs."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from wtforms import (
    DateField,
    Form,
    HiddenField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional

from ideaboard.extensions import db, gettext
from ideaboard.extensions import lazy_gettext as _l
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Board, Idea, Person, Story
from ideaboard.permissions import allows
from ideaboard.stories.linking import ideas_named, ideas_offered
from ideaboard.stories.pictures import MOST_AT_ONCE, Encoded, NotAPicture, line_of, reencode
from ideaboard.stories.publishing import NotATime


class StoryForm(Form):
    """Keeps what was typed; `refuse` puts a reason beside its field."""

    title = StringField(_l("Title"))
    board = SelectField(_l("For whom"), validate_choice=False)
    body = TextAreaField(_l("What became of it"))
    ideas = SelectMultipleField(_l("Ideas it is about"), validate_choice=False)
    link = StringField(_l("Link an idea"))
    choose = SelectField(_l("Or choose one that was done or is coming"), validate_choice=False)
    pictures = MultipleFileField(_l("Add pictures"))
    words = StringField(_l("What is to be seen on it"))
    form_token = HiddenField()
    version = HiddenField()

    def offer(self, writer: Person, linked: list[Idea]) -> None:
        """Fill the choices: boards of the writer, ideas of these boards that are not linked yet."""
        boards = boards_of_writer(writer)
        self.board.choices = [("", _l("Everyone: a story of the whole site")), *((str(b.id), b.name) for b in boards)]
        there = {idea.id for idea in linked}
        offered = [i for i in ideas_offered(None if writer.is_admin else writer.staff_board_ids) if i.id not in there]
        self.choose.choices = [("", _l("Choose an idea")), *((str(i.id), i.title) for i in offered)]

    def board_id(self) -> int | None:
        return _number(self.board.data)

    def idea_ids(self) -> list[int]:
        """Numbers of the ideas kept, chosen and named. Raises NotAStory."""
        kept = [n for n in map(_number, self.ideas.data or []) if n]
        chosen = [n for n in [_number(self.choose.data)] if n]
        return [*kept, *chosen, *ideas_named(self.link.data or "")]

    def encoded(self, files: list[FileStorage]) -> list[Encoded]:
        """The chosen files as pictures of ours. Raises NotAPicture, with the file's name."""
        files = [file for file in files if file and file.filename]
        if len(files) > MOST_AT_ONCE:
            raise NotAPicture(gettext("Choose at most %(most)s pictures at once.", most=MOST_AT_ONCE))
        found = []
        for file in files:
            try:
                found.append(reencode(file.read()))
            except NotAPicture as refusal:
                raise NotAPicture(f"{file.filename[:60]}: {refusal}") from refusal
        return found

    def place(self, digests: list[str]) -> None:
        """Put a line for each new picture at the end of the text, with the words for it where there is one picture."""
        body = self.body.data or ""
        new = [digest for digest in digests if f"picture:{digest[:10]}" not in body]
        lines = [line_of(digest, (self.words.data or "") if len(new) == 1 else "") for digest in new]
        if lines:
            self.body.data = "\n\n".join([*([body.rstrip()] if body.strip() else []), *lines])

    def refuse(self, refusal: Refusal) -> bool:
        """Say the reason beside its field; False when it names none of them."""
        if refusal.field not in self._fields:
            return False
        self[refusal.field].errors = [str(refusal)]
        return True

    def token(self) -> str | None:
        """The form's token when it is one of ours."""
        token = self.form_token.data or ""
        return token if re.fullmatch(r"[\w-]{20,100}", token, re.ASCII) else None


class ScheduleForm(Form):
    day = DateField(_l("Day"), validators=[Optional()])
    time = TimeField(_l("Time"), validators=[Optional()])

    def moment(self, zone: str) -> datetime:
        """The moment in UTC of a day and a time in the writer's zone. Raises NotATime."""
        if self.day.data is None or self.time.data is None:
            raise NotATime(gettext("Choose a day and a time, like 2026-06-14 and 09:00."), field="day")
        local = datetime.combine(self.day.data, self.time.data, ZoneInfo(zone))
        try:
            moment = local.astimezone(UTC)
            there = moment.astimezone(ZoneInfo(zone))
        except OverflowError:
            raise NotATime(gettext("Choose a day of this year or the next."), field="day") from None
        if there.replace(tzinfo=None) != local.replace(tzinfo=None):
            raise NotATime(
                gettext("The clocks go forward over that time, so it does not exist. Choose another."), field="day"
            )
        return moment


def boards_of_writer(writer: Person) -> list[Board]:
    """The boards for which the writer may write, in their order."""
    found = db.session.scalars(select(Board).where(Board.visible_to(writer)).order_by(Board.position, Board.id))
    return [board for board in found if allows(writer, "story.write", board)]


def ideas_typed(form: StoryForm, viewer: Person) -> list[Idea]:
    """The ideas whose boxes stand ticked in the form, as the viewer may see them."""
    ids = [n for n in map(_number, form.ideas.data or []) if n]
    found = {i.id: i for i in db.session.scalars(select(Idea).where(Idea.id.in_(ids), Idea.visible_to(viewer)))}
    return [found[n] for n in dict.fromkeys(ids) if n in found]


def filled(story: Story, linked: list[Idea]) -> StoryForm:
    """The form of a story as it stands."""
    form = StoryForm(title=story.title, board=str(story.board_id or ""), body=story.body, version=str(story.version))
    form.ideas.data = [str(idea.id) for idea in linked]
    return form


def _number(value) -> int | None:
    return int(value) if value and re.fullmatch(r"\d{1,15}", str(value), re.ASCII) else None
