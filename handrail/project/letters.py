"""Every request is read as UTF-8, whatever it says of itself."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
_CHARSET = re.compile(r";\s*charset[^;]*", re.IGNORECASE)


def read_as_utf8(django: Application) -> Application:
    """Django, not told what a request calls its letters: "charset=hex" are none, and an error before any page."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if kind := environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = _CHARSET.sub("", kind)
        return django(environ, start_response)

    return application
