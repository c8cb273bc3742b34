"""The application: one ledger, decisions appended to it, identities beside it, and the database."""
