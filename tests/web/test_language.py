"""The language of a page is that of its address, whatever the browser would like."""

import pytest


@pytest.mark.parametrize(
    ("path", "language", "status"),
    [
        ("/find/", "en", 200),
        ("/es/find/", "es", 200),
        ("/es/nothing/", "es", 404),
        ("/estate/", "en", 404),
        ("/account/login/", "en", 200),
    ],
)
@pytest.mark.django_db
def test_the_address_alone_says_the_language(client, path, language, status):
    page = client.get(path, headers={"accept-language": "es" if language == "en" else "en"})
    assert page.status_code == status
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in page.content.decode()
    assert "Accept-Language" not in page.headers.get("Vary", "")
