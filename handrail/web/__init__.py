"""SHOW: one door per audience."""
