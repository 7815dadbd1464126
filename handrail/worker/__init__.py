"""KEEP TIME: claim due tasks, run them, retry, stop cleanly."""
