"""Rights: clerks and judges; territories, blind and reading accounts behind the wall; nothing is written past it."""

from alembic import op

revision = "0015"
down_revision = "0014"

ROLES = """
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check CHECK (role IN
    ('officer','head','supervisor','clerk','judge','auditor','administrator','system'));
CREATE FUNCTION refuse_clerks_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role IN ('clerk','judge') AND NOT EXISTS (
        SELECT FROM agency WHERE code = NEW.agency AND kind IN ('court','provincial_court')) THEN
        RAISE EXCEPTION 'clerks and judges work in courts' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'account_role_fits_agency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_role_fits_agency BEFORE INSERT OR UPDATE OF role, agency ON account
    FOR EACH ROW EXECUTE FUNCTION refuse_clerks_elsewhere();
"""

# Whoever opens a dossier sees it from then on: a policy cannot look at rows of its own statement, so the first line of
# `dossier_agency` is written here, as the owner, who stands outside the wall. All later ones the acts write.
OPENING = """
CREATE FUNCTION show_dossier_to_its_holder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO dossier_agency (dossier, agency) VALUES (NEW.id, NEW.holder) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION show_dossier_to_its_holder() FROM PUBLIC;
CREATE TRIGGER dossier_is_seen_by_its_holder AFTER INSERT ON dossier
    FOR EACH ROW EXECUTE FUNCTION show_dossier_to_its_holder();
"""

# A transaction names in hoso.dossiers the agencies whose dossiers it sees ('*' for the system, nothing for the blind), in
# hoso.territory the territory whose dossiers it sees besides, in hoso.agencies the agencies whose inbox, tasks and webhooks
# are its own, in hoso.account who asks, and in hoso.writes whether anything may be changed. Without them nothing is seen.
# The conditions stand in each policy as they are, for a function with a query inside would be called for every row. OFFSET 0
# keeps the planner from reading all dossiers of an agency in advance: five times over it cost an act 4 ms at 4000 of them.
SEES = """(
    current_setting('hoso.dossiers', true) = '*' OR current_setting('hoso.territory', true) = 'vn' OR EXISTS (
        SELECT FROM dossier_agency seen WHERE seen.dossier = {column}
        AND seen.agency = ANY (string_to_array(current_setting('hoso.dossiers', true), ',')) OFFSET 0)
    OR (current_setting('hoso.territory', true) <> '' AND EXISTS (
        SELECT FROM dossier_agency seen JOIN agency of ON of.code = seen.agency WHERE seen.dossier = {column}
        AND (of.territory = current_setting('hoso.territory', true)
            OR starts_with(of.territory, current_setting('hoso.territory', true) || '/')) OFFSET 0))
)"""
OWN = """(current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ',')))"""
SYSTEM = "current_setting('hoso.agencies', true) = '*'"
WRITES = "current_setting('hoso.writes', true) = 'on'"

# Each table, its policy of old, and what is seen of it; nothing may be written that is not seen.
WALLS = {
    "dossier": ("own_dossiers", SEES.format(column="dossier.id")),
    **{
        table: ("own_dossiers", SEES.format(column=f"{table}.dossier"))
        for table in ("event", "time_limit", "paper", "document", "document_copy", "numbered_sheets")
    },
    "event_facts": ("own_dossiers", "EXISTS (SELECT FROM event WHERE event.id = event_facts.event)"),
    "person": ("own_dossiers", "EXISTS (SELECT FROM dossier WHERE dossier.person = person.id)"),
    "notice": ("own_inbox", OWN),
    "delivery": (
        "own_notices",
        f"({SYSTEM} OR EXISTS (SELECT FROM notice WHERE notice.id = delivery.notice))",
    ),
    "delivery_attempt": (
        "own_deliveries",
        f"({SYSTEM} OR EXISTS (SELECT FROM delivery WHERE delivery.id = delivery_attempt.delivery))",
    ),
    "webhook": ("own_webhooks", OWN),
    "bulk_task": ("own_tasks", OWN),
    "imported_row": ("own_tasks", OWN),
    "bulk_batch": ("own_tasks", "EXISTS (SELECT FROM bulk_task WHERE bulk_task.id = bulk_batch.task)"),
}
CLOSED = ("chain_head", "chain_break")
"""Numbers and heads of all dossiers: the system's alone."""

REST = f"""
CREATE POLICY opens_own ON dossier FOR INSERT WITH CHECK (
    {WRITES} AND holder = ANY (string_to_array(current_setting('hoso.dossiers', true), ',')));
CREATE POLICY new_persons ON person FOR INSERT WITH CHECK ({WRITES});

ALTER TABLE dossier_agency ENABLE ROW LEVEL SECURITY;
CREATE POLICY ids_only ON dossier_agency FOR SELECT USING (true);
CREATE POLICY own_dossiers ON dossier_agency FOR INSERT WITH CHECK ({WRITES} AND {SEES.format(column="dossier_agency.dossier")});

ALTER TABLE stored_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_answers ON stored_answer USING (
    {SYSTEM} OR account::text = current_setting('hoso.account', true));

DROP POLICY own_territory ON report;
CREATE POLICY own_territory ON report USING (
    {SYSTEM} OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
    OR EXISTS (SELECT FROM agency own
        WHERE own.code = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
        AND (report.territory = own.territory OR starts_with(report.territory, own.territory || '/')))
) WITH CHECK ({SYSTEM});
"""  # noqa: S608 - conditions from above


def upgrade() -> None:
    """Adds roles and trigger, and puts the new walls in the place of the old ones."""
    for part in (ROLES, OPENING):
        op.execute(part)
    for table, (policy, sees) in WALLS.items():
        op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"CREATE POLICY {policy} ON {table} USING ({sees}) WITH CHECK ({WRITES} AND {sees})")
    for table in CLOSED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_the_system ON {table} USING ({SYSTEM})")
    op.execute(REST)
