"""What people type to sign in and about themselves."""

from wtforms import BooleanField, Form, HiddenField, PasswordField, SelectField, StringField

from ideaboard.accounts.addresses import normal_address
from ideaboard.extensions import lazy_gettext as _
from ideaboard.foundation.refusals import Refusal


def refuse(form: Form, refusal: Refusal, default: str) -> None:
    """Put a refusal's sentence beside the field that it is about, or beside `default`."""
    field = form[refusal.field if refusal.field in form else default]
    field.errors = [*field.errors, str(refusal)]


class _WithAddress(Form):
    address: str = ""

    def validate(self, extra_validators=None) -> bool:
        """Whether an address was typed; it is then in `address`, as it is stored."""
        good = super().validate(extra_validators)
        try:
            self.address = normal_address(self.email.data or "")
        except Refusal as refusal:
            refuse(self, refusal, "email")
            return False
        return good


class AddressForm(_WithAddress):
    email = StringField(_("Your e-mail address"))
    asked = HiddenField()
    back = HiddenField()


class CodeForm(_WithAddress):
    email = StringField(_("Your e-mail address"), id="code-email")
    code = StringField(_("Six digits"))
    back = HiddenField()


class PasswordForm(_WithAddress):
    email = StringField(_("Your e-mail address"), id="password-email")
    password = PasswordField(_("Password"))
    back = HiddenField()


class NameForm(Form):
    display_name = StringField(_("Name or pseudonym"))
    back = HiddenField()


class ProfileForm(Form):
    display_name = StringField(_("Name or pseudonym"))
    locale = SelectField(_("Language"))
    time_zone = StringField(_("Time zone"))


class NewPasswordForm(Form):
    current_password = PasswordField(_("Current password"))
    new_password = PasswordField(_("New password"))


class FirstAdminForm(Form):
    email = StringField(_("Your e-mail address"))
    display_name = StringField(_("Your name, as everyone sees it"))


class EraseForm(Form):
    """`email` is typed once more: nobody erases themselves by a slip."""

    email = StringField(_("Your e-mail address, to be sure"))
    current_password = PasswordField(_("Current password"))
    texts_too = BooleanField(_("Remove the words of my ideas and comments as well"))
