"""A child that the demo started ends when the demo does, even when that was killed."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
LIFELINE = "HANDRAIL_PARENT"


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends, if the parent asked us to; Linux only."""
    parent = os.environ.get(LIFELINE)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        raise SystemExit(0)
