"""Static files as they are served for real: named by what is in them, kept for good, packed both ways."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SHEETS = ("public", "person", "finder", "place", "library")
OURS = (*(f"handrail/{name}.css" for name in SHEETS), "handrail/public.js")
KEPT = "max-age=315360000, public, immutable"  # WhiteNoise's ten years for a file whose name tells what is in it
HASHED = re.compile(r"^/static/handrail/[a-z]+\.[0-9a-f]{12}\.(css|js)$")
MOST_BYTES = {".css": 12 * 1024, ".js": 2 * 1024}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhiteNoiseMiddleware]:
    """The middleware that serves them, over files collected as `handrail serve` does."""
    root = tmp_path_factory.mktemp("static")
    real: dict[str, Any] = {"STORAGES": STORAGES, "STATIC_ROOT": root}
    with override_settings(**real, WHITENOISE_AUTOREFRESH=False, WHITENOISE_USE_FINDERS=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield WhiteNoiseMiddleware(_nothing)


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


@pytest.mark.parametrize("name", OURS)
def test_a_file_is_named_by_its_content_packed_and_kept(shop: WhiteNoiseMiddleware, name: str) -> None:
    address = staticfiles_storage.url(name)
    assert HASHED.match(address), address
    plain = b"".join(shop(RequestFactory().get(address)))  # type: ignore[arg-type]
    for accept, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        answer: Any = shop(RequestFactory().get(address, headers={"Accept-Encoding": accept}))
        body = b"".join(answer)
        assert answer.status_code == 200
        assert answer["Content-Encoding"] == accept
        assert answer["Cache-Control"] == KEPT
        assert "Accept-Encoding" in answer["Vary"]
        assert "Set-Cookie" not in answer
        assert unpack(body) == plain
        assert len(body) < len(plain) / 2
    assert len(plain) <= MOST_BYTES[Path(name).suffix], name
