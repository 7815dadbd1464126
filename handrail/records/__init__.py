"""REMEMBER: what is stored, and who may see which rows. No rules."""
