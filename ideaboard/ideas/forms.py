"""The form that shares an idea. What may be stored is the verb's to say; the form keeps what was typed."""

from wtforms import EmailField, Form, HiddenField, SelectField, StringField, TextAreaField

from ideaboard.extensions import lazy_gettext as _l
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Board


class IdeaForm(Form):
    title = StringField(_l("Your idea in one line"))
    board = SelectField(_l("Where it belongs"), validate_choice=False)
    body = TextAreaField(_l("What would be better, and for whom"))
    email = EmailField(_l("Your e-mail address"))
    form_token = HiddenField()
    # Similar ideas were shown above: the first of them, and why this one is another.
    seen_similar = HiddenField()
    different_from = HiddenField()
    different = StringField(_l("Mine is different because …"))

    def offer(self, boards: list[Board], chosen: Board | None) -> None:
        """Fill the choice of boards; the first line asks to choose unless there is only one."""
        self.board.choices = [(b.slug, b.name) for b in boards]
        if len(boards) > 1:
            self.board.choices.insert(0, ("", _l("Choose a board")))
        self.board.data = chosen.slug if chosen else ""

    def say(self, refusal: Refusal) -> bool:
        """Put a refusal beside its field; False when it names none of this form's fields."""
        if refusal.field not in self._fields:
            return False
        self[refusal.field].errors = [str(refusal)]
        return True


class EditForm(Form):
    title = StringField(_l("Your idea in one line"))
    body = TextAreaField(_l("What would be better, and for whom"))
    say = IdeaForm.say


class AdditionForm(Form):
    body = TextAreaField(_l("What you want to add"))
    say = IdeaForm.say


class TitleForm(Form):
    title = StringField(_l("A clearer title"))
    say = IdeaForm.say
