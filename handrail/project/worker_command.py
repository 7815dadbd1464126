"""handrail worker: run clocks, send messages, publish numbers, until SIGTERM; the task in hand is finished first."""

import argparse
import logging
import signal
from types import FrameType

from handrail.project.lifeline import end_with_parent
from handrail.worker.loop import Worker

log = logging.getLogger("handrail.worker")


def run(argv: list[str]) -> int:
    """Work until told to stop. 0 after a clean stop."""
    parser = argparse.ArgumentParser(prog="handrail worker", description=__doc__)
    parser.add_argument("--once", action="store_true", help="do what is due now, then leave")
    options = parser.parse_args(argv)
    end_with_parent()
    worker = Worker()
    if options.once:
        worker.plan_periodic()
        while worker.work_once():
            pass
        return 0

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("worker %s started", worker.name)
    worker.run()
    log.info("worker %s stopped", worker.name)
    return 0
