"""What an admin fills in."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional


class _Whole(IntegerField):
    """A whole number; what is none stays as it was typed, and reads None."""

    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class LookForm(Form):
    name = StringField(_("Name of the site"))
    locale = SelectField(_("Language of the site"), validate_choice=False)
    time_zone = StringField(_("Time zone of the site"))
    accent = StringField(_("Accent colour"))
    logo = FileField(_("Logo"))
    remove_logo = BooleanField(_("Take the logo away"))
    received_reads_under_review = BooleanField(_("Show ideas that nobody has picked up as “Under review”"))
    # Asked this way round: a form that says nothing of it hides nothing.
    hides_how_we_answer = BooleanField(_("Switch “How we answer” off"))
    mails_a_week = _Whole(_("At most so many mails of news a person a week"), default=7, validators=[Optional()])


class FramesForm(Form):
    sites = TextAreaField(_("Sites that may show the roadmap"))


AUDIENCES = [
    SelectChoice("everyone", _("Everyone")),
    SelectChoice("members", _("Members")),
    SelectChoice("listed", _("Listed members of this board")),
    SelectChoice("colleagues", _("Colleagues and staff")),
]
SEEN_BY = [
    SelectChoice("staff", _("Staff of the board")),
    SelectChoice("members", _("Members")),
    SelectChoice("everyone", _("Everyone")),
]


class BoardForm(Form):
    name = StringField(_("Name"))
    brief_asks = TextAreaField(_("What we ask"))
    brief_fixed = TextAreaField(_("What cannot change here, and why"))
    brief_decides = TextAreaField(_("Who decides"))
    brief_hear = TextAreaField(_("When you will hear"))
    owner_id = SelectField(_("Owner"), coerce=lambda v: int(v) if str(v or "").isdigit() else 0, validate_choice=False)
    first_look_days = _Whole(_("First look within, in days"), default=5, validators=[Optional()])
    promise_votes = _Whole(_("An idea with so many votes"), default=50, validators=[Optional()])
    promise_days = _Whole(_("is answered within, in days"), default=14, validators=[Optional()])
    who_may_see = SelectField(_("Who may see it"), choices=AUDIENCES, default="everyone", validate_choice=False)
    who_may_submit = SelectField(_("Who may share ideas"), choices=AUDIENCES, default="members", validate_choice=False)
    who_may_vote = SelectField(_("Who may vote"), choices=AUDIENCES, default="members", validate_choice=False)
    who_may_comment = SelectField(_("Who may comment"), choices=AUDIENCES, default="members", validate_choice=False)
    hides_counts = BooleanField(_("Hide how many voted until one has voted"))
    voters_seen_by = SelectField(_("Who sees who voted"), choices=SEEN_BY, default="staff", validate_choice=False)


class PersonForm(Form):
    site_role = SelectField(
        _("Role on the site"),
        choices=[
            SelectChoice("member", _("Member")),
            SelectChoice("colleague", _("Colleague")),
            SelectChoice("admin", _("Admin")),
        ],
        validate_choice=False,
    )
    is_moderator = BooleanField(_("Moderator"))
    department = StringField(_("Department"))
