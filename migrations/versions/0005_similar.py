"""Similar: what is found alike before posting, and the reason of whom it did not stop."""

revision = "0005"
down_revision = "0004"


def upgrade():
    pass


def downgrade():
    pass
