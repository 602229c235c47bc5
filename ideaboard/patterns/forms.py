"""A form with one of everything, filled and refused."""

from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from ideaboard.extensions import lazy_gettext as _l


class Everything(Form):
    title = StringField(_l("Your idea in one line"), [Length(min=8, message=_l("Give it at least 8 letters."))])
    board = SelectField(_l("Board"), choices=[SelectChoice("drinks", _l("Drinks")), SelectChoice("food", _l("Food"))])
    body = TextAreaField(_l("Tell us more"))
    unnamed = BooleanField(_l("Share without my name"))
    step = RadioField(
        _l("Move to"),
        choices=[
            SelectChoice("a", _l("Under review")),
            SelectChoice("b", _l("Reviewed")),
            SelectChoice("c", _l("Launched")),
        ],
    )
    found = RadioField(
        _l("What did the review find?"),
        choices=[SelectChoice("a", _l("We want this")), SelectChoice("b", _l("Not now"))],
    )


def filled(side: str) -> Everything:
    """The form as one side of the page shows it: too short a title, the rest well. `side` keeps the ids apart."""
    form = Everything(
        prefix=f"{side}-",
        data={"title": "Milk", "board": "drinks", "body": "Oat milk **for all**.", "step": "b", "found": "a"},
    )
    form.validate()
    return form
