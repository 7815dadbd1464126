"""Logs that hold nothing of a person: no query strings, no bodies, no exception text."""

import logging
import re

_QUERY = re.compile(r"\?\S*")
_PRIVATE_PATHS = re.compile(r"/(status|ask|desk|program|report|c)/\S*")


class PrivateFilter(logging.Filter):
    """Cuts query strings and private paths out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = _PRIVATE_PATHS.sub(r"/\1/…", _QUERY.sub("", record.getMessage()))
        record.msg, record.args = message, ()
        return True


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
