-- Appending to the ledger: the one function that writes to it, and its parts.
-- Run again as a whole whenever it changes; lists travel as in ledger.sql.

SET LOCAL ROLE booking_ledger;

-- Which members of a batch may not be appended: those of whose queries any matches an event after
-- `afters[member]`. Query n belongs to member `query_members[n]`; `afters` null means no condition.
CREATE OR REPLACE FUNCTION ledger.touched(
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

-- The time of the next append: the clock's, and later than the newest. A demonstration ledger takes
-- a time that is given, if it is not before the newest and not in the future.
CREATE OR REPLACE FUNCTION ledger.time_of_append(
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
CREATE OR REPLACE FUNCTION ledger.insert_waiting(
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
        SELECT w.before + w.n AS position, w.first, w.recorded_at, event_types[w.n] AS type,
               CASE WHEN w.before + w.n = w.first THEN digests[w.member] END AS digest,
               convert_to('{"position":' || w.before + w.n || w.stamp || event_tails[w.n], 'UTF8')
               AS body
        FROM (
            SELECT w.member, w.first, w.recorded_at, w.first - event_from[w.member] AS before,
                   generate_series(event_from[w.member], event_to[w.member]) AS n,
                   ',"recorded_at":"' || to_char(w.recorded_at AT TIME ZONE 'UTC',
                       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '",' AS stamp
            FROM unnest(members, firsts, at_times) AS w (member, first, recorded_at)
        ) AS w
        OFFSET 0  -- so that a body is put together once, and not again for its hash
    ) AS b;
    INSERT INTO ledger.event_tags (tag, type, position)
    SELECT unnest(string_to_array(event_tags[b.n], chr(31))), event_types[b.n], b.before + b.n
    FROM (
        SELECT generate_series(event_from[w.member], event_to[w.member]) AS n,
               w.first - event_from[w.member] AS before
        FROM unnest(members, firsts) AS w (member, first)
    ) AS b;
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
-- batch at once, and its events are inserted at once. Only a member of whom `names_earlier` says that
-- its request or queries name a tag of an earlier member's events makes the batch insert first and
-- look again, so that each member sees the earlier ones. (To find that out here would cost a tenth of
-- all that is done while the head is locked.)
CREATE OR REPLACE FUNCTION ledger.append(
    by_rules integer,
    requests text[], digests text[], afters bigint[], at_times timestamptz[],
    event_from integer[], event_to integer[], event_types text[], event_tags text[],
    event_tails text[],
    query_from integer[], query_to integer[], query_members integer[], query_types text[],
    query_tags text[], names_earlier boolean[]
) RETURNS TABLE (outcome text, first bigint, last bigint, recorded_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    head ledger.head%ROWTYPE;
    known bigint[];             -- of each member, where its request stands already
    touched integer[];          -- members whose condition fails
    stands_at bigint;
    is_touched boolean;
    has_appended boolean := false;
    waiting integer[] := '{}';  -- members that wait to be inserted, where they go, and when
    waiting_first bigint[] := '{}';
    waiting_at timestamptz[] := '{}';
BEGIN
    SELECT * INTO STRICT head FROM ledger.head FOR UPDATE;
    IF head.recorded_at > clock_timestamp() + interval '60 seconds' THEN
        RAISE WARNING 'the ledger is ahead of the clock by %', head.recorded_at - clock_timestamp();
    END IF;
    known := ARRAY(
        SELECT (SELECT min(t.position) FROM ledger.event_tags AS t WHERE t.tag = r.request)
        FROM unnest(requests) WITH ORDINALITY AS r (request, n) ORDER BY n);
    touched := ledger.touched(query_members, query_types, query_tags, afters);
    FOR member IN 1 .. cardinality(requests) LOOP
        stands_at := known[member];
        is_touched := member = ANY (touched);
        IF names_earlier[member] THEN
            PERFORM ledger.insert_waiting(waiting, waiting_first, waiting_at,
                digests, event_from, event_to, event_types, event_tags, event_tails);
            waiting := '{}'; waiting_first := '{}'; waiting_at := '{}';
            stands_at := (SELECT min(t.position) FROM ledger.event_tags AS t
                          WHERE t.tag = requests[member]);
            is_touched := '{}' <> ledger.touched(
                array_fill(1, ARRAY[query_to[member] - query_from[member] + 1]),
                query_types[query_from[member]:query_to[member]],
                query_tags[query_from[member]:query_to[member]],
                afters[member:member]);
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
            has_appended := true;
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
    IF has_appended THEN
        PERFORM pg_notify('ledger', head.position::text);
    END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.append TO booking_app;
RESET ROLE;
