"""The ledger: append-only, hash-chained entries. Nothing private is written without one."""
