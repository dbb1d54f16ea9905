"""open by rules: a date and what comes before, of modules and of activities alike."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from app.core.clock import now
from app.core.ids import uuid7

revision = "c81f0d52a6e9"
down_revision = "5a81c0e7d2b6"
branch_labels = None
depends_on = None

MODULES = sa.table(
    "module",
    sa.column("id", sa.Uuid()),
    sa.column("edition_id", sa.Uuid()),
    sa.column("position", sa.Integer()),
    sa.column("opens_on", sa.Date()),
    sa.column("after_previous", sa.Boolean()),
)
RULES = sa.table(
    "opening_rule",
    sa.column("id", sa.Uuid()),
    sa.column("created_at", sqlmodel.sql.sqltypes.UTCDateTime()),
    sa.column("edition_id", sa.Uuid()),
    sa.column("module_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("opens_on", sa.Date()),
    sa.column("after_module_id", sa.Uuid()),
)
LEADS = {
    "edition_id": ("edition", False),
    "module_id": ("module", True),
    "activity_id": ("activity", True),
    "after_module_id": ("module", True),
    "after_activity_id": ("activity", True),
    "team_id": ("team", True),
}


def upgrade() -> None:
    op.create_table(
        "opening_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=empty) for name, (_to, empty) in LEADS.items()),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(module_id IS NULL) <> (activity_id IS NULL)",
            name=op.f("ck_opening_rule_opens_one_thing"),
        ),
        sa.CheckConstraint(
            "percent BETWEEN 1 AND 100", name=op.f("ck_opening_rule_percent_can_be_reached")
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{to}.id"], name=op.f(f"fk_opening_rule_{name}"), ondelete="CASCADE"
            )
            for name, (to, _empty) in LEADS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_rule")),
    )
    for name in LEADS:
        op.create_index(op.f(f"ix_opening_rule_{name}"), "opening_rule", [name])
    _write_rules()
    op.drop_column("module", "after_previous")
    op.drop_column("module", "opens_on")


def _write_rules() -> None:
    """What modules said of themselves; the first of an edition comes after none."""
    rules, before = [], None
    in_order = sa.select(MODULES).order_by(MODULES.c.edition_id, MODULES.c.position)
    for module in op.get_bind().execute(in_order):
        rule = {"created_at": now(), "edition_id": module.edition_id, "module_id": module.id}
        nothing = {"opens_on": None, "after_module_id": None}
        if module.opens_on is not None:
            on_a_day = {"kind": "date", "opens_on": module.opens_on}
            rules.append({"id": uuid7()} | rule | nothing | on_a_day)
        if module.after_previous and before and before.edition_id == module.edition_id:
            after = {"kind": "after_module", "after_module_id": before.id}
            rules.append({"id": uuid7()} | rule | nothing | after)
        before = module
    if rules:
        op.bulk_insert(RULES, rules)


def downgrade() -> None:
    """Of the rules of modules those stay that modules can say themselves; others are lost."""
    op.add_column("module", sa.Column("opens_on", sa.Date(), nullable=True))
    op.add_column(
        "module",
        sa.Column("after_previous", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    with op.batch_alter_table("module") as batch:
        batch.alter_column("after_previous", server_default=None)
    _read_rules()
    op.drop_table("opening_rule")


def _read_rules() -> None:
    bind = op.get_bind()
    for rule in bind.execute(sa.select(RULES).where(RULES.c.module_id.is_not(None))).all():
        if rule.kind == "date":
            value = {"opens_on": rule.opens_on}
        elif rule.kind == "after_module":
            value = {"after_previous": True}
        else:
            continue
        bind.execute(sa.update(MODULES).where(MODULES.c.id == rule.module_id).values(value))
