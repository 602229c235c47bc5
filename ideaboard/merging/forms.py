"""What staff write when they merge or unmerge, and the title of a comment's own idea."""

from wtforms import Form, HiddenField, StringField, TextAreaField

from ideaboard.extensions import lazy_gettext as _l


class MergeForm(Form):
    """The verb checks the words (merging/merge.py)."""

    into = HiddenField()
    note = TextAreaField(_l("Why, in your own words"))


class UnmergeForm(Form):
    note = TextAreaField(_l("Why they part, in your own words"))


class OwnIdeaForm(Form):
    title = StringField(_l("The idea in one line"))
