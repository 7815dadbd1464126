"""The reader's language is in the address and nowhere else: /es/ is Spanish, /fr/ French, every other page English.

Which languages there are, settings.HANDRAIL_LANGUAGES says: one for each folder of content/locale.
Django's own way also looks for a language in each address by a pattern, and tells caches that pages change with the
browser's language, which ours do not.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from handrail.core.language_table import Language

Handler = Callable[[HttpRequest], HttpResponse]
DEFAULT: str = settings.LANGUAGE_CODE
LANGUAGES: dict[str, Language] = settings.HANDRAIL_LANGUAGES
OTHERS = tuple(code for code in LANGUAGES if code != DEFAULT)


def by_path(get_response: Handler) -> Handler:
    """Speak the language of the address, and say so on the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language, _bare = split_path(request.path_info)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def split_path(path: str) -> tuple[str, str]:
    """The language of an address, and the address of the same page in English: /es/find/ is ("es", "/find/")."""
    first, slash, rest = path[1:].partition("/")
    return (first, slash + rest or "/") if first in OTHERS else (DEFAULT, path)


def path_in(language: str, bare: str) -> str:
    """The address of an English page in another language."""
    return bare if language == DEFAULT else f"/{language}{bare}"


def spoken() -> Language:
    """The language this page is in."""
    return LANGUAGES.get(translation.get_language() or DEFAULT, LANGUAGES[DEFAULT])


@cache
def names() -> dict[str, Promise]:
    """The name of every language by its code, each said in the language of the page it stands on."""
    return {code: gettext_lazy(language.english) for code, language in LANGUAGES.items()}


def name_in_sentence(code: str) -> str:
    """The name of one language as it stands inside a sentence: "speaks Spanish", "habla español"."""
    name = name_in_words(code)
    return name if spoken().keeps_capitals else name[:1].lower() + name[1:]


def name_in_words(code: str) -> str:
    """The name of one language; its code, when its folder is gone."""
    return str(names().get(code, code))
