"""Search: what is found by its words."""

revision = "0004"
down_revision = "0003"


def upgrade():
    pass


def downgrade():
    pass
