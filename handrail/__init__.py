"""Handrail: the system a treatment help service runs on."""

__version__ = "0.1.0"
