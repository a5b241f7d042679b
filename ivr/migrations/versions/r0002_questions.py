"""Questions that found no answer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("got", sa.String, nullable=False),
        sa.Column("heard", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("questions")
