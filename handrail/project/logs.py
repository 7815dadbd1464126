"""Logs that hold nothing of a person: no query strings, no bodies, no exception text."""

import logging
import re

_QUERY = re.compile(r"\?\S*")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PRIVATE_PATHS = re.compile(r"/(status|ask|desk|program|report|c)/\S*")


class PrivateFilter(logging.Filter):
    """Cuts query strings and private paths out of every line; what is said of one request names its page alone.

    Anybody may write anything into an address, and into the name of the host they ask for.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("django.request", "django.security")):
            record.msg, record.args = _of_one_request(record), ()
            return True
        message = _PRIVATE_PATHS.sub(r"/\1/…", _QUERY.sub("", record.getMessage()))
        record.msg, record.args = message, ()
        return True


def _of_one_request(record: logging.LogRecord) -> str:
    """The status, the method and the page's name of the request that a line is about."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    method = getattr(request, "method", "")
    method = method if method in _METHODS else "another method"
    status = getattr(record, "status_code", record.levelname)
    return f"{status} {method} {match.view_name if match else '(no page)'}"


class PlainFormatter(logging.Formatter):
    """Time, level, name, message; of an exception only where it happened, since its text may quote an answer."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatException(self, ei) -> str:  # type: ignore[no-untyped-def]  # noqa: N802
        kind, _error, traceback = ei
        places = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            places.append(f"  {code.co_filename}:{traceback.tb_lineno} in {code.co_name}")
            traceback = traceback.tb_next
        return "\n".join([*places, f"  {kind.__name__}"])
