"""Schema `identity`: people, what lets them in, their person keys, and who looked at what.

Everything that can be erased about a person lives here and nowhere else; the ledger knows only
opaque account ids. No secret is stored that a reader of these tables could use to sign in:
passwords are argon2id, and session, API and feed tokens are SHA-256 of 256 random bits.
"""

from __future__ import annotations

from alembic import op

revision = "0002_identity"
down_revision = "0001_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA identity AUTHORIZATION booking_ledger")
    op.execute("SET LOCAL ROLE booking_ledger")
    for statement in (*PEOPLE, *WAYS_IN, *KEYS_AND_LOG, *GRANTS):
        op.execute(statement)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("DROP SCHEMA identity CASCADE")


PEOPLE = (
    """
    CREATE TABLE identity.accounts (
        account_id    text PRIMARY KEY CHECK (account_id ~ '^a-[a-z0-9-]{4,40}$'),
        email         text UNIQUE CHECK (char_length(email) <= 254),
        name_ko       text NOT NULL DEFAULT '' CHECK (char_length(name_ko) <= 100),
        name_en       text NOT NULL DEFAULT '' CHECK (char_length(name_en) <= 100),
        phone         text NOT NULL DEFAULT '' CHECK (char_length(phone) <= 40),
        role          text NOT NULL CHECK
            (role IN ('member', 'manager', 'staff', 'auditor', 'administrator')),
        company_id    text,
        language      text NOT NULL DEFAULT 'ko' CHECK (language IN ('ko', 'en')),
        password_hash text,
        demonstration boolean NOT NULL DEFAULT false,
        created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
        disabled_at   timestamptz,
        erased_at     timestamptz,
        CONSTRAINT companies_people_have_one
            CHECK ((role IN ('member', 'manager')) = (company_id IS NOT NULL)),
        CONSTRAINT only_the_erased_have_no_email CHECK ((email IS NULL) = (erased_at IS NOT NULL)),
        CONSTRAINT the_erased_are_disabled_and_nameless CHECK (erased_at IS NULL OR
            (disabled_at IS NOT NULL AND name_ko = '' AND name_en = '' AND phone = ''
             AND password_hash IS NULL))
    )
    """,
    "CREATE INDEX accounts_company ON identity.accounts (company_id)",
)

WAYS_IN = (
    # One row an attempt that has not (yet) turned out well. Only hashes of e-mail and address are
    # kept, and only for the length of the window.
    """
    CREATE TABLE identity.sign_in_failures (
        failure_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_key   bytea NOT NULL,
        address_key bytea NOT NULL,
        at          timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX failures_by_email ON identity.sign_in_failures (email_key, at)",
    "CREATE INDEX failures_by_address ON identity.sign_in_failures (address_key, at)",
    "CREATE INDEX failures_by_time ON identity.sign_in_failures (at)",
    """
    CREATE TABLE identity.sessions (
        token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
        session_id   text NOT NULL UNIQUE,
        account_id   text NOT NULL REFERENCES identity.accounts,
        created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX sessions_account ON identity.sessions (account_id)",
    "CREATE INDEX sessions_created ON identity.sessions (created_at)",
    """
    CREATE TABLE identity.api_tokens (
        token_id     text PRIMARY KEY,
        account_id   text NOT NULL REFERENCES identity.accounts,
        token_hash   bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
        name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
        scope        text NOT NULL DEFAULT 'full',
        created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at   timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at   timestamptz
    )
    """,
    "CREATE INDEX api_tokens_account ON identity.api_tokens (account_id)",
    """
    CREATE TABLE identity.feeds (
        feed_id         text PRIMARY KEY,
        account_id      text NOT NULL REFERENCES identity.accounts,
        token_hash      bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
        scope           text NOT NULL CHECK (char_length(scope) <= 100),
        detail          text NOT NULL CHECK (detail IN ('full', 'busy')),
        language        text NOT NULL CHECK (language IN ('ko', 'en')),
        created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        revoked_at      timestamptz,
        last_used_at    timestamptz,
        last_user_agent text NOT NULL DEFAULT '' CHECK (char_length(last_user_agent) <= 200)
    )
    """,
    "CREATE INDEX feeds_account ON identity.feeds (account_id)",
)

KEYS_AND_LOG = (
    """
    CREATE TABLE identity.person_keys (
        account_id text PRIMARY KEY REFERENCES identity.accounts,
        key        bytea NOT NULL CHECK (octet_length(key) = 32)
    )
    """,
    """
    CREATE TABLE identity.access_log (
        entry_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at         timestamptz NOT NULL DEFAULT clock_timestamp(),
        account_id text NOT NULL,
        what       text NOT NULL CHECK (char_length(what) <= 100),
        subject    text NOT NULL CHECK (char_length(subject) <= 200)
    )
    """,
    "CREATE INDEX access_log_time ON identity.access_log (at)",
    "CREATE INDEX access_log_account ON identity.access_log (account_id, at)",
)

GRANTS = (
    "GRANT USAGE ON SCHEMA identity TO booking_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO booking_app",
    # Who looked is written once; the application may only add to it and let old entries go.
    "REVOKE UPDATE ON identity.access_log FROM booking_app",
)
