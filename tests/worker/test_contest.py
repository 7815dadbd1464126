"""Several workers at once: every task is done by exactly one of them."""

import threading

import pytest
from django.db import connections

from handrail.records.casebook.models import Heartbeat, Task
from handrail.records.casebook.tasks import new_task
from handrail.worker.duties import DUTIES, Duty
from handrail.worker.loop import Worker

TASKS, WORKERS = 60, 4


@pytest.mark.django_db(transaction=True)
def test_four_workers_do_every_task_once(at, monkeypatch):
    def mark(args, now):
        # A second doing would break the primary key and leave an error behind.
        Heartbeat.objects.create(worker=args["name"], started_at=now, beat_at=now)

    monkeypatch.setitem(DUTIES, "mark", Duty(mark))
    Task.objects.bulk_create([new_task("mark", key=str(n), run_at=at, now=at, name=f"t{n}") for n in range(TASKS)])
    done: list[int] = []

    def work() -> None:
        worker, count = Worker(clock=lambda: at), 0
        while worker.work_once():
            count += 1
        done.append(count)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A worker that finds every row it looked at taken leaves early; what is left is for the others.
    assert sum(done) == TASKS
    assert Heartbeat.objects.count() == TASKS
    assert list(Task.objects.values_list("state", "attempts", "last_error").distinct()) == [("done", 1, "")]
