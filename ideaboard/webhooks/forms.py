"""What an admin fills in about a webhook."""

from flask_babel import lazy_gettext as _
from wtforms import Form, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from ideaboard.models import Board
from ideaboard.webhooks.offers import OFFERED, SHAPES, STANDARD


def _number(value) -> int:
    return int(value) if str(value or "").isdecimal() and len(str(value)) < 16 else 0


class WebhookForm(Form):
    name = StringField(_("Name"))
    shape = SelectField(_("Who listens there"), default=STANDARD, validate_choice=False)
    url = StringField(_("Address"))
    board_id = SelectField(_("Board"), coerce=_number, validate_choice=False)
    kinds = SelectMultipleField(_("What it hears of"), validate_choice=False)
    form_token = HiddenField()

    def offer(self, boards: list[Board]) -> None:
        """Fill in what can be chosen."""
        self.shape.choices = [SelectChoice(shape, words) for shape, words in SHAPES.items()]
        every = SelectChoice(0, _("All boards that are open to everyone"))
        self.board_id.choices = [every, *(SelectChoice(board.id, board.name) for board in boards)]
        self.kinds.choices = [SelectChoice(kind, words) for kind, words in OFFERED.items()]
