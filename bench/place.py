"""Where a measurement happens: a data folder and a database of its own, servers as children, and processes together."""

import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections

HANDRAIL = [sys.executable, "-m", "handrail.project.cli"]
HOST = "127.0.0.1"
START_SECONDS = 60
LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def postgres_url() -> str | None:
    """The server to measure on: BENCH_POSTGRES_URL, else TEST_POSTGRES_URL, else a local one; None if silent."""
    url = os.environ.get("BENCH_POSTGRES_URL") or os.environ.get("TEST_POSTGRES_URL") or LOCAL_POSTGRES
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return None
    return url


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards, on the disk of HANDRAIL_DATA when that is set."""
    above = os.environ.get("HANDRAIL_DATA") or None
    if above:
        Path(above).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handrail-bench-", dir=above, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextlib.contextmanager
def database(url: str, name: str, *, like: str = "") -> Iterator[str]:
    """A database on that server, a copy of `like` when given, gone afterwards. Yields its address."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(**changes: str) -> Iterator[int]:
    """`handrail serve` as in production, on this process's data unless `changes` to the environment say otherwise."""
    with answering([*HANDRAIL, "serve"], changes) as port:
        yield port


@contextlib.contextmanager
def answering(command: list[str], changes: dict[str, str]) -> Iterator[int]:
    """A server as a child process, from when it answers until the block ends. Yields its port."""
    port = free_port()
    environment = os.environ | {"HOST": HOST, "PORT": str(port), "HANDRAIL_PARENT": str(os.getpid())} | changes
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, child)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=40)


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            raise RuntimeError(f"The server ended with {child.returncode} before it answered.")
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not answer within {START_SECONDS} seconds.")


class Browser:
    """One keep-alive connection that asks for the same few things again and again."""

    def __init__(self, port: int, *, cookies: str = "") -> None:
        self.connection = HTTPConnection(HOST, port, timeout=30)
        self.headers = {"Cookie": cookies} if cookies else {}

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and the body."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, body: bytes, *, cookies: str) -> tuple[int, str]:
        """The status and where it leads."""
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, body=body, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location") or ""


def close_connections() -> None:
    """Close what a child process must not inherit: connections."""
    connections.close_all()


def together(jobs: list[Callable[[Callable[[], Any]], Any]]) -> list[Any]:
    """Run each job in a process of its own and say what each returned.

    A job gets itself ready, then calls the function it is given, which returns when all are ready.
    """
    close_connections()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(jobs))
    ends, children = [], []
    for job in jobs:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_run_job, args=(job, barrier.wait, there))
        child.start()
        there.close()
        ends.append(here)
        children.append(child)
    answers = [end.recv() for end in ends]
    for child in children:
        child.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def _run_job(job: Callable[[Callable[[], Any]], Any], ready: Callable[[], Any], answer: Any) -> None:
    try:
        answer.send(job(ready))
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        answer.send(RuntimeError(repr(error)))
    finally:
        close_connections()
