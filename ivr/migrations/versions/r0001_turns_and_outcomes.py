"""The first shape: turns, and what became of calls."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "turns",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("call", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("how", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("sureness", sa.String, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("call", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("seconds", sa.Integer),
    )


def downgrade() -> None:
    """Remove both tables."""
    op.drop_table("outcomes")
    op.drop_table("turns")
