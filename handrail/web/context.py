"""What every template knows: the service's name, its number, and whether this is a sample."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def service(_request: HttpRequest) -> dict[str, Any]:
    """Names and switches for every page. No query."""
    return {
        "service_name": settings.SERVICE_NAME,
        "service_phone": settings.SERVICE_PHONE,
        "is_sample": settings.IS_DEMO,
        "lock_minutes": settings.IDLE_LOCK_MINUTES,
    }
