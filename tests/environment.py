"""What every test run stands on, set before Django reads its settings: a data folder of its own, and which database.

Loaded by `-p tests.environment` in pyproject.toml, since pytest-django reads the settings before any conftest.
"""

import atexit
import os
import shutil
import tempfile

folder = tempfile.mkdtemp(prefix="handrail-test-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ |= {
    "HANDRAIL_ENV": "test",
    "HANDRAIL_DATA": folder,
    "HANDRAIL_SECOND_FACTOR": "no",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
OWN = ("HANDRAIL_CONTENT", "HANDRAIL_KEYS", "HANDRAIL_KEYS_PATH", "HANDRAIL_STATIC", "HANDRAIL_SECRET")
for name in ("DATABASE_URL", *OWN):
    os.environ.pop(name, None)
if os.environ.get("TEST_ON") == "postgres":
    os.environ["DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
