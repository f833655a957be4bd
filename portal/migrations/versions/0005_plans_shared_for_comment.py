"""plans shared for comment."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_sharing",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= shared_at", name=op.f("a_sharing_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["pupil_id", "version_id"],
            ["plan_version.pupil_id", "plan_version.id"],
            name=op.f("fk_plan_sharing_pupil_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_plan_sharing_school_id_pupil_id")
        ),
        sa.ForeignKeyConstraint(["shared_by"], ["person.id"], name=op.f("fk_plan_sharing_shared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_sharing")),
        sa.UniqueConstraint("pupil_id", "id", name="uq_plan_sharing_of_its_pupil"),
    )
    with op.batch_alter_table("plan_sharing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_sharing_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_sharing_version_id"), ["version_id"], unique=False)
        batch_op.create_index(
            "uq_a_draft_is_shared_once_at_a_time",
            ["version_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "plan_comment",
        sa.Column("adult_id", sa.Uuid(), nullable=False),
        sa.Column("sharing_id", sa.Uuid(), nullable=False),
        sa.Column("opinion", sa.Enum("agree", "changes", name="opinion", native_enum=False, length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opinion = 'agree' OR words <> ''", name=op.f("whoever_wants_changes_says_which")),
        sa.ForeignKeyConstraint(["adult_id"], ["person.id"], name=op.f("fk_plan_comment_adult_id")),
        sa.ForeignKeyConstraint(
            ["pupil_id", "sharing_id"],
            ["plan_sharing.pupil_id", "plan_sharing.id"],
            name=op.f("fk_plan_comment_pupil_id_sharing_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_plan_comment_school_id_pupil_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
        sa.UniqueConstraint("once_key", name="uq_a_comment_sent_twice_is_one_comment"),
    )
    with op.batch_alter_table("plan_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_comment_adult_id"), ["adult_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_comment_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_comment_sharing_id"), ["sharing_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_comment")
    op.drop_table("plan_sharing")
