"""SPEAK: what other machines may read."""
