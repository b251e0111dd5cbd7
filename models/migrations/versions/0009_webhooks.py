"""Webhooks of agencies: notices are delivered to them as well, and each attempt is kept."""

from alembic import op

revision = "0009"
down_revision = "0008"

# The secret is kept as it is, for what is sent is signed with it; whoever reads this table could sign notices, which
# say nothing about persons, and reads the dossiers themselves besides.
TABLES = """
CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    agency text NOT NULL REFERENCES agency(code),
    url text NOT NULL,
    kinds jsonb NOT NULL,
    secret text NOT NULL,
    old_secret text,
    old_secret_until timestamptz,
    enabled boolean NOT NULL,
    disabled_reason text CHECK (disabled_reason IN ('by_hand','gone','failing')),
    failing_since timestamptz,
    rest_until timestamptz,
    created_by uuid NOT NULL REFERENCES account(id),
    created_at timestamptz NOT NULL,
    CHECK (enabled = (disabled_reason IS NULL)),
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX ix_webhook_agency ON webhook (agency, created_at, id);
GRANT SELECT, INSERT, UPDATE ON webhook TO hoso_app;

ALTER TABLE delivery
    ADD COLUMN webhook uuid REFERENCES webhook(id),
    ADD CHECK ((channel = 'webhook') = (webhook IS NOT NULL)),
    DROP CONSTRAINT delivery_notice_channel_account_key,
    ADD UNIQUE NULLS NOT DISTINCT (notice, channel, account, webhook);
CREATE INDEX ix_delivery_webhook ON delivery (webhook, created_at, id) WHERE webhook IS NOT NULL;
CREATE INDEX ix_delivery_for_webhook ON delivery (webhook, run_after, id)
    WHERE webhook IS NOT NULL AND state = 'waiting';

CREATE TABLE delivery_attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery uuid NOT NULL REFERENCES delivery(id),
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text,
    status integer
);
CREATE INDEX ix_delivery_attempt_delivery ON delivery_attempt (delivery, id);
GRANT SELECT, INSERT, UPDATE ON delivery_attempt TO hoso_app;
"""

WALL = """
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_webhooks ON webhook USING (
    current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
);
ALTER TABLE delivery_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_deliveries ON delivery_attempt USING (
    current_setting('hoso.agencies', true) = '*'
    OR EXISTS (SELECT FROM delivery WHERE delivery.id = delivery_attempt.delivery)
) WITH CHECK (true);
"""


def upgrade() -> None:
    """Adds tables, column and walls."""
    for part in (TABLES, WALL):
        op.execute(part)
