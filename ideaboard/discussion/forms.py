"""The comment form."""

from wtforms import Form, HiddenField, IntegerField, TextAreaField
from wtforms.validators import Optional

from ideaboard.extensions import lazy_gettext as _l


class CommentForm(Form):
    """The verb checks the words (discussion/comments.py); the form carries them and the reasons."""

    body = TextAreaField(_l("Your comment"))
    parent_id = IntegerField(validators=[Optional()])
    form_token = HiddenField()

    def at(self, place: object) -> "CommentForm":
        """The same form with ids of its own: several may stand on one page. `place`: 'new' or a comment's id."""
        self.body.id = f"comment-body-{place}"
        return self
