"""handrail serve: the web server. Refuses a busy port before it starts, since granian would share it silently."""

import argparse
import errno
import os
import socket
import sys

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from handrail.project.environment import Reader
from handrail.project.lifeline import end_children_with_me, end_with_parent
from handrail.project.prepare import collect_static
from handrail.project.words_check import read_the_words

env = Reader(os.environ)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
WEB_WORKERS = env.number("WEB_WORKERS", 2)
WEB_THREADS = env.number("WEB_THREADS", 4)


def run(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; requests in hand are finished."""
    parser = argparse.ArgumentParser(prog="handrail serve", description=__doc__)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args(argv)
    end_with_parent()
    refuse_busy(options.host, options.port)
    read_the_words()
    collect_static()
    let_go_of_the_database()
    end_children_with_me()
    server = Granian(
        "handrail.project.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=max(1, WEB_WORKERS),
        blocking_threads=max(1, WEB_THREADS),
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
    print(f"Handrail answers on http://{options.host}:{options.port}/", flush=True)
    server.serve()
    return 0


def let_go_of_the_database() -> None:
    """Close connections before granian forks: two workers on one socket would read each other's answers."""
    for connection in connections.all(initialized_only=True):
        connection.close()


def refuse_busy(host: str, port: int) -> None:
    """Raise ImproperlyConfigured when the address is taken or cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ImproperlyConfigured(
                    f"Port {port} is busy. Stop what runs there, or choose another: PORT={port + 1}"
                ) from error
            raise ImproperlyConfigured(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
        except OverflowError as error:
            raise ImproperlyConfigured(f"PORT must be 1 to 65535; it is {port}.") from error


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
