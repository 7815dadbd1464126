"""A child that the demo started ends when the demo does, even when that was killed."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
LIFELINE = "HANDRAIL_PARENT"


def end_children_with_me() -> None:
    """Ask the kernel to end whatever this process forks from now on, when this process is killed; Linux only.

    Else the web server's children would live on, hold its port, and answer with the code of before.
    """
    if sys.platform.startswith("linux"):
        me = os.getpid()
        os.register_at_fork(after_in_child=lambda: _end_with(me))


def _end_with(parent: int) -> None:
    if os.getppid() != parent:
        return  # a child of a child
    # Not SIGTERM: a child that is still waking up would take it for its parent's, and do nothing.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends, if the parent asked us to; Linux only."""
    parent = os.environ.get(LIFELINE)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        raise SystemExit(0)
