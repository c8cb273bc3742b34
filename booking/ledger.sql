-- The ledger: one table of events in total order, appended to by one function (ledger_append.sql)
-- and by nothing else. Lists travel as text joined by U+001F, which no type and no tag may contain.

CREATE SCHEMA ledger AUTHORIZATION booking_ledger;
GRANT USAGE ON SCHEMA ledger TO booking_app, booking_views;
SET LOCAL ROLE booking_ledger;

CREATE TABLE ledger.head (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    position      bigint      NOT NULL DEFAULT 0,
    recorded_at   timestamptz NOT NULL DEFAULT 'epoch',
    rules         integer     NOT NULL DEFAULT 0,
    demonstration boolean     NOT NULL DEFAULT false,
    repeats       bigint      NOT NULL DEFAULT 0,
    incarnation   uuid        NOT NULL DEFAULT gen_random_uuid()
) WITH (fillfactor = 10);  -- room for the row's next versions on its own page
INSERT INTO ledger.head DEFAULT VALUES;

CREATE TABLE ledger.events (
    position    bigint      PRIMARY KEY,
    first       bigint      NOT NULL,  -- position of the first event of the same append
    type        text        COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    body        bytea       NOT NULL,  -- one JSON object, these exact bytes for ever
    leaf        bytea       NOT NULL,  -- SHA-256(0x00 || body), RFC 6962
    digest      text                   -- of the request, on the first event of its append
);
CREATE INDEX events_by_type ON ledger.events (type, position);

CREATE TABLE ledger.event_tags (
    tag      text   COLLATE "C" NOT NULL,  -- compared by bytes, whatever the database's locale
    type     text   COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, type, position)
);

GRANT SELECT ON ledger.head, ledger.events, ledger.event_tags TO booking_app, booking_views;

-- Whether the event at a position carries all of some tags.
CREATE FUNCTION ledger.carries(of_type text, at_position bigint, tags text[]) RETURNS boolean
LANGUAGE sql STABLE
RETURN NOT EXISTS (
    SELECT FROM unnest(tags) AS wanted (tag)
    WHERE NOT EXISTS (
        SELECT FROM ledger.event_tags AS t
        WHERE t.tag = wanted.tag AND t.type = of_type AND t.position = at_position
    )
);

-- Positions after `after` of events of any of `types` (none: any type) with all of `tags`.
CREATE FUNCTION ledger.matching(types text[], tags text[], after bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
BEGIN
    IF cardinality(tags) > 0 THEN
        RETURN QUERY
            SELECT t.position FROM ledger.event_tags AS t
            WHERE t.tag = tags[1] AND t.position > after
              AND (cardinality(types) = 0 OR t.type = ANY (types))
              AND (cardinality(tags) = 1 OR ledger.carries(t.type, t.position, tags[2:]))
            ORDER BY t.position;
    ELSIF cardinality(types) > 0 THEN
        RETURN QUERY
            SELECT e.position FROM ledger.events AS e
            WHERE e.type = ANY (types) AND e.position > after ORDER BY e.position;
    ELSE
        RETURN QUERY
            SELECT e.position FROM ledger.events AS e WHERE e.position > after ORDER BY e.position;
    END IF;
END $$;

-- What facts are folded from, in one snapshot and one round trip: a row for the head (no body),
-- and one for each event up to `upto` (none: up to the head) with the numbers of its queries.
-- Of a `newest` query only the newest event of each type is read, backwards. Every query names
-- types and tags. The plan is pinned to the index, whatever the tables' size was when it was made.
CREATE FUNCTION ledger.recall(
    query_types text[], query_tags text[], query_newest boolean[], upto bigint
) RETURNS TABLE ("position" bigint, recorded_at timestamptz, numbers integer[], body bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    separator CONSTANT text := chr(31);
    head_position bigint;
    head_time timestamptz;
    bound bigint;
BEGIN
    SELECT h.position, h.recorded_at INTO head_position, head_time FROM ledger.head AS h;
    bound := coalesce(upto, head_position);
    RETURN QUERY SELECT head_position, greatest(clock_timestamp(), head_time), NULL::integer[],
                        NULL::bytea;
    RETURN QUERY
        SELECT e.position, e.recorded_at, found.numbers, e.body
        FROM (
            SELECT hit.position, array_agg(q.number) AS numbers
            FROM (
                SELECT (u.number - 1)::integer AS number, u.newest,
                       string_to_array(u.types, separator) AS types,
                       string_to_array(u.tags, separator) AS tags
                FROM unnest(query_types, query_tags, query_newest)
                     WITH ORDINALITY AS u (types, tags, newest, number)
            ) AS q
            CROSS JOIN LATERAL (
                SELECT t.position FROM ledger.event_tags AS t
                WHERE NOT q.newest
                  AND t.tag = q.tags[1] AND t.type = ANY (q.types) AND t.position <= bound
                  AND (cardinality(q.tags) = 1 OR ledger.carries(t.type, t.position, q.tags[2:]))
                UNION ALL
                SELECT latest.position
                FROM unnest(q.types) AS wanted (type)
                CROSS JOIN LATERAL (
                    SELECT t.position FROM ledger.event_tags AS t
                    WHERE q.newest
                      AND t.tag = q.tags[1] AND t.type = wanted.type AND t.position <= bound
                      AND (cardinality(q.tags) = 1
                           OR ledger.carries(t.type, t.position, q.tags[2:]))
                    ORDER BY t.position DESC
                    LIMIT 1
                ) AS latest
            ) AS hit
            GROUP BY hit.position
        ) AS found
        JOIN ledger.events AS e ON e.position = found.position
        ORDER BY e.position;
END $$;

-- The position of the newest event recorded at or before a moment; 0 before the first. Times never
-- go back in the order of positions, so halving the range finds it without an index of times.
CREATE FUNCTION ledger.position_at(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    low bigint := 0;
    high bigint := (SELECT h.position FROM ledger.head AS h);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.recorded_at FROM ledger.events AS e WHERE e.position = middle) <= moment THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    ledger.recall, ledger.matching, ledger.carries, ledger.position_at
TO booking_app;
RESET ROLE;
