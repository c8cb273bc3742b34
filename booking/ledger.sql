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

-- Which members of a batch may not be appended: those of whose queries any matches an event after
-- `afters[member]`. Query n belongs to member `query_members[n]`; `afters` null means no condition.
CREATE FUNCTION ledger.touched(
    query_members integer[], query_types text[], query_tags text[], afters bigint[]
) RETURNS integer[]
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
    RETURN ARRAY(
        SELECT q.member FROM unnest(query_members, query_types, query_tags) AS q (member, types, tags)
        CROSS JOIN LATERAL (
            SELECT FROM ledger.event_tags AS t
            WHERE t.tag = split_part(q.tags, separator, 1)
              AND t.type = ANY (string_to_array(q.types, separator))
              AND t.position > afters[q.member]
              AND (strpos(q.tags, separator) = 0
                   OR ledger.carries(t.type, t.position, string_to_array(q.tags, separator)))
            LIMIT 1
        ) AS hit
        WHERE q.types <> '' AND q.tags <> ''
    ) || ARRAY(
        SELECT q.member FROM unnest(query_members, query_types, query_tags) AS q (member, types, tags)
        CROSS JOIN LATERAL (
            SELECT FROM ledger.matching(
                string_to_array(q.types, separator), string_to_array(q.tags, separator),
                afters[q.member])
            LIMIT 1
        ) AS hit
        WHERE (q.types = '' OR q.tags = '') AND afters[q.member] IS NOT NULL
    );
END $$;

-- The position of the first event of a request's append; null when there is none.
CREATE FUNCTION ledger.known(request text) RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT min(t.position) FROM ledger.event_tags AS t WHERE t.tag = request);

-- The time of the next append: the clock's, and later than the newest. A demonstration ledger takes
-- a time that is given, if it is not before the newest and not in the future.
CREATE FUNCTION ledger.time_of_append(
    newest timestamptz, demonstration boolean, given timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF given IS NULL THEN
        RETURN greatest(clock_timestamp(), newest + interval '1 microsecond');
    END IF;
    IF NOT demonstration THEN
        RAISE EXCEPTION 'only a demonstration ledger accepts a time' USING ERRCODE = '22023';
    END IF;
    IF given < newest OR given > clock_timestamp() THEN
        RAISE EXCEPTION 'the time % is before the newest event or in the future', given
            USING ERRCODE = '22023';
    END IF;
    RETURN given;
END $$;

-- Inserts the events of members that were accepted, with their tags, at the places given to them.
CREATE FUNCTION ledger.insert_waiting(
    members integer[], firsts bigint[], at_times timestamptz[], digests text[],
    event_from integer[], event_to integer[], event_types text[], event_tags text[],
    event_tails text[]
) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO ledger.events (position, first, type, recorded_at, body, leaf, digest)
    SELECT b.position, b.first, b.type, b.recorded_at, b.body,
           sha256('\x00'::bytea || b.body), b.digest
    FROM (
        SELECT w.first + n - event_from[w.member] AS position, w.first, w.recorded_at,
               event_types[n] AS type,
               CASE WHEN n = event_from[w.member] THEN digests[w.member] END AS digest,
               convert_to('{"position":' || w.first + n - event_from[w.member]
                   || ',"recorded_at":"'
                   || to_char(w.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                   || '",' || event_tails[n], 'UTF8') AS body
        FROM unnest(members, firsts, at_times) AS w (member, first, recorded_at)
        CROSS JOIN LATERAL generate_series(event_from[w.member], event_to[w.member]) AS n
    ) AS b;
    INSERT INTO ledger.event_tags (tag, type, position)
    SELECT tag, event_types[n], w.first + n - event_from[w.member]
    FROM unnest(members, firsts) AS w (member, first)
    CROSS JOIN LATERAL generate_series(event_from[w.member], event_to[w.member]) AS n
    CROSS JOIN LATERAL unnest(string_to_array(event_tags[n], chr(31))) AS tag;
END;

-- Appends a batch of members, each with its own request, condition and answer, in one transaction.
--
-- Member n has events event_from[n] .. event_to[n] and queries query_from[n] .. query_to[n] (empty
-- where `to` is less than `from`); `afters[n]` null means no condition. The first event of each
-- member carries its request as a tag. A member's answer is
--   appended  the events now stand at positions first .. last
--   repeated  the request was appended before, at positions first .. last; nothing was written
--   mismatch  the request was appended before with another digest
--   conflict  an event after `afters[n]` matches a query
--   unknown   the member has no events, only asks for its request, and that was never appended
--   outdated  the ledger was written by newer rules than the caller's
--
-- It is VOLATILE and called by itself in autocommit: the head is locked first, so that every later
-- statement sees all that was committed before. Requests and conditions are looked up for the whole
-- batch at once, and its events are inserted at once. Only a member that names a tag of an event
-- still waiting to be inserted makes the batch insert first and look again, so that each member
-- sees the earlier ones.
CREATE FUNCTION ledger.append(
    by_rules integer,
    requests text[], digests text[], afters bigint[], at_times timestamptz[],
    event_from integer[], event_to integer[], event_types text[], event_tags text[],
    event_tails text[],
    query_from integer[], query_to integer[], query_members integer[], query_types text[],
    query_tags text[]
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
    known bigint[];             -- of each member, where its request stands already
    touched integer[];          -- members whose condition fails
    named text[];               -- the tags that a member's request and queries name
    stands_at bigint;
    is_touched boolean;
    batch_tags text[] := '{}';  -- the tags of all events of this batch so far
    waiting integer[] := '{}';  -- members that wait to be inserted, where they go, and when
    waiting_first bigint[] := '{}';
    waiting_at timestamptz[] := '{}';
BEGIN
    SELECT * INTO STRICT head FROM ledger.head FOR UPDATE;
    IF head.recorded_at > clock_timestamp() + interval '60 seconds' THEN
        RAISE WARNING 'the ledger is ahead of the clock by %', head.recorded_at - clock_timestamp();
    END IF;
    known := ARRAY(SELECT ledger.known(r.request)
                   FROM unnest(requests) WITH ORDINALITY AS r (request, n) ORDER BY n);
    touched := ledger.touched(query_members, query_types, query_tags, afters);
    FOR member IN 1 .. cardinality(requests) LOOP
        stands_at := known[member];
        is_touched := member = ANY (touched);
        IF batch_tags <> '{}' THEN
            named := requests[member] || string_to_array(array_to_string(
                query_tags[query_from[member]:query_to[member]], separator), separator);
            IF named && batch_tags
               OR '' = ANY (query_tags[query_from[member]:query_to[member]]) THEN
                PERFORM ledger.insert_waiting(waiting, waiting_first, waiting_at,
                    digests, event_from, event_to, event_types, event_tags, event_tails);
                waiting := '{}'; waiting_first := '{}'; waiting_at := '{}';
                stands_at := ledger.known(requests[member]);
                is_touched := '{}' <> ledger.touched(
                    array_fill(1, ARRAY[query_to[member] - query_from[member] + 1]),
                    query_types[query_from[member]:query_to[member]],
                    query_tags[query_from[member]:query_to[member]],
                    afters[member:member]);
            END IF;
        END IF;
        IF stands_at IS NOT NULL THEN
            SELECT CASE WHEN e.digest = digests[member]
                        THEN 'repeated' ELSE 'mismatch' END, e.first, e.recorded_at,
                   (SELECT max(other.position) FROM ledger.events AS other
                    WHERE other.position BETWEEN e.first AND e.first + 998 AND other.first = e.first)
            INTO outcome, first, recorded_at, last
            FROM ledger.events AS e WHERE e.position = stands_at;
            head.repeats := head.repeats + 1;
            RETURN NEXT;
            CONTINUE;
        END IF;
        first := NULL; last := NULL; recorded_at := NULL;
        outcome := CASE WHEN event_to[member] < event_from[member] THEN 'unknown'
                        WHEN by_rules < head.rules THEN 'outdated'
                        WHEN is_touched THEN 'conflict'
                        ELSE 'appended' END;
        IF outcome = 'appended' THEN
            IF head.position = 0 AND event_types[event_from[member]] = 'LedgerOpened' THEN
                head.demonstration := (('{' || event_tails[event_from[member]])::json
                                       -> 'data' ->> 'demonstration')::boolean;
            END IF;
            head.recorded_at := ledger.time_of_append(
                head.recorded_at, head.demonstration, at_times[member]);
            head.rules := greatest(head.rules, by_rules);
            recorded_at := head.recorded_at;
            first := head.position + 1;
            last := head.position + event_to[member] - event_from[member] + 1;
            head.position := last;
            waiting := waiting || member;
            waiting_first := waiting_first || first;
            waiting_at := waiting_at || recorded_at;
            batch_tags := batch_tags || string_to_array(array_to_string(
                event_tags[event_from[member]:event_to[member]], separator), separator);
        END IF;
        RETURN NEXT;
    END LOOP;
    PERFORM ledger.insert_waiting(waiting, waiting_first, waiting_at,
        digests, event_from, event_to, event_types, event_tags, event_tails);
    -- Written even when nothing was appended: an acknowledgement, repeated or not, may only leave
    -- after a commit that a synchronous standby has confirmed too.
    UPDATE ledger.head AS h
    SET position = head.position, recorded_at = head.recorded_at, rules = head.rules,
        demonstration = head.demonstration, repeats = head.repeats;
    IF batch_tags <> '{}' THEN
        PERFORM pg_notify('ledger', head.position::text);
    END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    ledger.append, ledger.recall, ledger.matching, ledger.carries, ledger.position_at
TO booking_app;
RESET ROLE;
