"""DECIDE: the rules, in plain Python. No Django, no I/O, no clock."""
