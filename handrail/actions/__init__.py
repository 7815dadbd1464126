"""ACT: the only code that changes the records. One file per stage."""
