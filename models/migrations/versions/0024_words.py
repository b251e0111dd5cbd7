"""Dossiers are found by the words of the person's name in one index, whoever asks and however common the words are."""

from alembic import op

revision = "0024"
down_revision = "0023"

# Row-level security would have it ask of every row first whether it is seen, so nobody reads the table; the function that reads it
# asks afterwards, by the same rule.
WORDS = r"""
CREATE TABLE dossier_words (
    dossier uuid PRIMARY KEY REFERENCES dossier(id),
    number text NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX ix_dossier_words_number ON dossier_words (number);
CREATE INDEX ix_dossier_words_words ON dossier_words USING gin (words) WITH (fastupdate = off);
ALTER TABLE dossier_words ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION words_of(name_key text, paper text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_to_tsvector(ARRAY(SELECT left(word, 400) FROM regexp_split_to_table(name_key, '\s+') word WHERE word <> ''
        UNION SELECT left('#' || paper, 400) WHERE paper <> ''))
$$;
CREATE FUNCTION keep_dossier_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO dossier_words AS kept (dossier, number, words)
        SELECT d.id, d.number, words_of(p.name_key, p.data -> 'identity' ->> 'number')
        FROM dossier d JOIN person p ON p.id = d.person
        WHERE CASE TG_TABLE_NAME WHEN 'dossier' THEN d.id ELSE d.person END = NEW.id
    ON CONFLICT (dossier) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_dossier_words() FROM PUBLIC;
CREATE TRIGGER dossier_is_found_by_words AFTER INSERT ON dossier FOR EACH ROW EXECUTE FUNCTION keep_dossier_words();
CREATE TRIGGER person_is_found_by_words AFTER UPDATE OF name_key, data ON person FOR EACH ROW EXECUTE FUNCTION keep_dossier_words();
INSERT INTO dossier_words (dossier, number, words)
    SELECT d.id, d.number, words_of(p.name_key, p.data -> 'identity' ->> 'number')
    FROM dossier d JOIN person p ON p.id = d.person;
ANALYZE dossier_words;
DROP TRIGGER person_is_found_by_its_keys ON person;
DROP FUNCTION keep_person_keys();
DROP TABLE person_key;
DROP INDEX ix_person_name_key;
"""
# An agency's are found among its own. Else common words meet in the first numbers already, and rare ones are few in the index: what
# the server knows of words is too little to choose between both, so it is tried.
FOUND = """
CREATE FUNCTION dossiers_found(asked tsquery, after text, most integer, few integer DEFAULT 5000, walked integer DEFAULT 20000)
    RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    below text := current_setting('hoso.territory', true);
    own text[] := string_to_array(current_setting('hoso.dossiers', true), ',');
    everything boolean := below = 'vn' OR own = '{*}';
    found uuid[];
BEGIN
    IF below <> '' AND NOT everything THEN
        own := own || ARRAY(SELECT code FROM agency WHERE territory COLLATE "C" = below
            OR (territory COLLATE "C" > below || '/' AND territory COLLATE "C" < below || '0'));  -- 0 comes after /
    END IF;
    IF NOT everything THEN
        found := ARRAY(SELECT dossier FROM dossier_agency WHERE agency = ANY (own) LIMIT few + 1);
        IF cardinality(found) <= few THEN
            RETURN QUERY SELECT w.dossier FROM dossier_words w
                WHERE w.dossier = ANY (found) AND w.words @@ asked AND w.number > after ORDER BY w.number LIMIT most;
            RETURN;
        END IF;
    END IF;
    found := ARRAY(SELECT w.dossier FROM (
            SELECT dossier, number, words FROM dossier_words WHERE number > after ORDER BY number LIMIT walked) w
        WHERE w.words @@ asked AND (everything OR EXISTS (
            SELECT FROM dossier_agency part WHERE part.dossier = w.dossier AND part.agency || '' = ANY (own) OFFSET 0))
        ORDER BY w.number LIMIT most);
    IF cardinality(found) = most THEN
        RETURN QUERY SELECT unnest(found);
        RETURN;
    END IF;
    RETURN QUERY WITH hit AS MATERIALIZED (SELECT dossier, number FROM dossier_words WHERE words @@ asked AND number > after)
        SELECT hit.dossier FROM hit WHERE everything OR EXISTS (
            SELECT FROM dossier_agency part WHERE part.dossier = hit.dossier AND part.agency || '' = ANY (own) OFFSET 0)
        ORDER BY hit.number LIMIT most;
END $$;
REVOKE ALL ON FUNCTION dossiers_found(tsquery, text, integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_found(tsquery, text, integer, integer, integer) TO hoso_app;
"""


def upgrade() -> None:
    """Adds the words with their triggers and the function that finds by them, in place of each person's keys."""
    for part in (WORDS, FOUND):
        op.execute(part)
