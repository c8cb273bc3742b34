-- The ledger: one table of events in total order, appended to by one function and by nothing else.
-- Lists travel as text joined by U+001F, which no type and no tag may contain.

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
    type        text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    body        bytea       NOT NULL,  -- one JSON object, these exact bytes for ever
    leaf        bytea       NOT NULL   -- SHA-256(0x00 || body), RFC 6962
);
CREATE INDEX events_by_type ON ledger.events (type, position);
CREATE INDEX events_by_time ON ledger.events (recorded_at, position);

CREATE TABLE ledger.event_tags (
    tag      text   NOT NULL,
    type     text   NOT NULL,
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

-- Whether any of some queries (as for `append`) matches an event after `after`.
CREATE FUNCTION ledger.anything_since(query_types text[], query_tags text[], after bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    separator CONSTANT text := chr(31);
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(query_types, query_tags) AS q (types, tags)
        CROSS JOIN LATERAL (
            SELECT FROM ledger.event_tags AS t
            WHERE t.tag = split_part(q.tags, separator, 1)
              AND t.type = ANY (string_to_array(q.types, separator))
              AND t.position > after
              AND (strpos(q.tags, separator) = 0
                   OR ledger.carries(t.type, t.position, string_to_array(q.tags, separator)))
            LIMIT 1
        ) AS hit
        WHERE q.types <> '' AND q.tags <> ''
    ) OR EXISTS (
        SELECT FROM unnest(query_types, query_tags) AS q (types, tags)
        CROSS JOIN LATERAL (
            SELECT FROM ledger.matching(
                string_to_array(q.types, separator), string_to_array(q.tags, separator), after)
            LIMIT 1
        ) AS hit
        WHERE q.types = '' OR q.tags = ''
    );
END $$;

-- Appends a batch of members, each with its own request, condition and answer, in one transaction.
--
-- Member n has events event_from[n] .. event_to[n] and queries query_from[n] .. query_to[n] (empty
-- where `to` is less than `from`); `afters[n]` null means no condition. Its answer is
--   appended  the events now stand at positions first .. last
--   repeated  the request was appended before, at positions first .. last; nothing was written
--   mismatch  the request was appended before with another digest
--   conflict  an event after `afters[n]` matches a query
--   unknown   the member has no events, only asks for its request, and that was never appended
--   outdated  the ledger was written by newer rules than the caller's
-- It is VOLATILE and called by itself in autocommit: the head is locked first, so that every later
-- statement sees all that was committed before, the earlier members of the batch included.
CREATE FUNCTION ledger.append(
    by_rules integer,
    requests text[], digests text[], afters bigint[], at_times timestamptz[],
    event_from integer[], event_to integer[], event_types text[], event_tags text[],
    event_tails text[],
    query_from integer[], query_to integer[], query_types text[], query_tags text[]
) RETURNS TABLE (outcome text, first bigint, last bigint, recorded_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    separator CONSTANT text := chr(31);
    head ledger.head%ROWTYPE;
    member integer;
    known bigint;
    same boolean;
    written bigint := 0;
    event integer;
    stamp text;
    stored bytea;
BEGIN
    SELECT * INTO STRICT head FROM ledger.head FOR UPDATE;
    IF head.recorded_at > clock_timestamp() + interval '60 seconds' THEN
        RAISE WARNING 'the ledger is ahead of the clock by %', head.recorded_at - clock_timestamp();
    END IF;
    FOR member IN 1 .. cardinality(requests) LOOP
        SELECT min(t.position) INTO known FROM ledger.event_tags AS t
        WHERE t.tag = requests[member];
        IF known IS NOT NULL THEN
            SELECT convert_from(e.body, 'UTF8')::jsonb ->> 'digest' = digests[member],
                   e.first, e.recorded_at
            INTO same, first, recorded_at FROM ledger.events AS e WHERE e.position = known;
            SELECT max(t.position) INTO last FROM ledger.event_tags AS t
            WHERE t.tag = requests[member];
            outcome := CASE WHEN same THEN 'repeated' ELSE 'mismatch' END;
            head.repeats := head.repeats + 1;
            RETURN NEXT;
            CONTINUE;
        END IF;
        first := NULL; last := NULL; recorded_at := NULL;
        IF event_to[member] < event_from[member] THEN
            outcome := 'unknown';
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF by_rules < head.rules THEN
            outcome := 'outdated';
            RETURN NEXT;
            CONTINUE;
        END IF;
        -- Nothing at all since the decision was made is the common case, and needs no look.
        IF afters[member] < head.position AND ledger.anything_since(
               query_types[query_from[member]:query_to[member]],
               query_tags[query_from[member]:query_to[member]],
               afters[member]) THEN
            outcome := 'conflict';
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF head.position = 0 AND event_types[event_from[member]] = 'LedgerOpened' THEN
            head.demonstration := (('{' || event_tails[event_from[member]])::jsonb
                                   -> 'data' ->> 'demonstration')::boolean;
        END IF;
        IF at_times[member] IS NULL THEN
            head.recorded_at :=
                greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond');
        ELSIF NOT head.demonstration THEN
            RAISE EXCEPTION 'only a demonstration ledger accepts a time' USING ERRCODE = '22023';
        ELSIF at_times[member] < head.recorded_at OR at_times[member] > clock_timestamp() THEN
            RAISE EXCEPTION 'the time % is before the newest event or in the future',
                at_times[member] USING ERRCODE = '22023';
        ELSE
            head.recorded_at := at_times[member];
        END IF;
        recorded_at := head.recorded_at;
        stamp := to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
        first := head.position + 1;
        FOR event IN event_from[member] .. event_to[member] LOOP
            head.position := head.position + 1;
            stored := convert_to('{"position":' || head.position || ',"recorded_at":"' || stamp
                                 || '",' || event_tails[event], 'UTF8');
            INSERT INTO ledger.events (position, first, type, recorded_at, body, leaf)
            VALUES (head.position, first, event_types[event], recorded_at, stored,
                    sha256('\x00'::bytea || stored));
            INSERT INTO ledger.event_tags (tag, type, position)
            SELECT tag, event_types[event], head.position
            FROM unnest(string_to_array(event_tags[event], separator)) AS tag;
        END LOOP;
        last := head.position;
        written := written + 1;
        head.rules := greatest(head.rules, by_rules);
        outcome := 'appended';
        RETURN NEXT;
    END LOOP;
    -- Written even when nothing was appended: an acknowledgement, repeated or not, may only leave
    -- after a commit that a synchronous standby has confirmed too.
    UPDATE ledger.head AS h
    SET position = head.position, recorded_at = head.recorded_at, rules = head.rules,
        demonstration = head.demonstration, repeats = head.repeats;
    IF written > 0 THEN
        PERFORM pg_notify('ledger', head.position::text);
    END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO booking_app;
RESET ROLE;
