"""One place decides which database and data folder a test run uses."""

import os
import tempfile

os.environ.setdefault("HANDRAIL_ENV", "test")
os.environ.setdefault("HANDRAIL_DATA", tempfile.mkdtemp(prefix="handrail-test-"))
os.environ.setdefault("HANDRAIL_SECOND_FACTOR", "no")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
if os.environ.get("TEST_POSTGRES_URL") and os.environ.get("TEST_ON") == "postgres":
    os.environ["DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
