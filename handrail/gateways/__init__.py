"""REACH: one file per outside service. Each sees only the values handed to it."""
