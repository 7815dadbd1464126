"""The reader's language is in the address and nowhere else: /es/ is Spanish, every other page is English.

Django's own way also looks for a language in each address by a pattern, and tells caches that pages change with the
browser's language, which ours do not.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]
_OTHERS = tuple(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


def by_path(get_response: Handler) -> Handler:
    """Speak the language of the address, and say so on the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        first = request.path_info[1:].partition("/")[0]
        language = first if first in _OTHERS else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
