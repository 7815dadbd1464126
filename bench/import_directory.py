"""How long the whole country takes to import, and how much memory: a first import, and the same file again.

HANDRAIL_BENCH_DIRECTORY names a real file; without it 12,744 invented rows of the same shape are measured.
The floor beside it is reading the same file and doing nothing with it.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zipcodes

from bench.run import Bar, Row
from handrail.gateways.samhsa_codes import CODES

ROWS = 12_744
CODES_EACH = 76
every_zip: Callable[[], list[dict[str, Any]]] = zipcodes.list_all
HANDRAIL = [sys.executable, "-m", "handrail.project.cli"]
BAR_SECONDS, BAR_MB = 60, 500


def rows(_seconds: float) -> list[Row]:
    """The first import and the same file again, each beside reading that file and doing nothing with it."""
    took = measure()
    name = f"Import of {took['rows']:,} programs ({took['file']} file)"
    only_read = ("the file only read", took["read_seconds"])
    return [
        Row(f"{name}, first", took["import_seconds"], "s", *only_read, bar=Bar("<=", BAR_SECONDS)),
        Row(f"{name}, again", took["again_seconds"], "s", *only_read, bar=Bar("<=", BAR_SECONDS)),
        Row(f"{name}, most memory", took["import_mb"], "MB", "the file only read", took["read_mb"], Bar("<=", BAR_MB)),
    ]


def measure() -> dict[str, Any]:
    """Seconds and peak megabytes of `handrail directory import`, first and again, each in its own process."""
    with tempfile.TemporaryDirectory(prefix="handrail-bench-") as folder:
        named = os.environ.get("HANDRAIL_BENCH_DIRECTORY")
        file = Path(named) if named else generate(Path(folder) / "directory_2023.csv")
        environment = os.environ | {"HANDRAIL_DATA": folder, "HANDRAIL_ENV": "local", "DATABASE_URL": ""}
        run([*HANDRAIL, "migrate", "--skip-checks", "--verbosity", "0"], environment)
        floor = run([sys.executable, "-c", READ_ONLY, str(file)], environment)
        first = run([*HANDRAIL, "directory", "import", str(file), "--json"], environment)
        again = run([*HANDRAIL, "directory", "import", str(file), "--json"], environment)
    return {
        "rows": first["said"]["added"],
        "file": "real" if named else "generated",
        "read_seconds": floor["seconds"],
        "read_mb": floor["mb"],
        "import_seconds": first["seconds"],
        "import_mb": first["mb"],
        "again_seconds": again["seconds"],
        "again_mb": again["mb"],
        "again_unchanged": again["said"]["unchanged"],
    }


READ_ONLY = (
    "import sys, pathlib; from handrail.gateways.samhsa import read; "
    "print('{\"rows\": %d}' % len(read(pathlib.Path(sys.argv[1])).rows))"
)


def run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run to the end; wall seconds with the start of the interpreter, peak memory, and the last line as JSON."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    last = output.strip().splitlines()[-1] if output.strip() else "{}"
    said = json.loads(last) if last.startswith("{") else {}
    return {"seconds": round(seconds, 2), "mb": usage.ru_maxrss // 1024, "said": said}


def generate(path: Path) -> Path:
    """Write an invented directory of the real one's size: as many rows, codes and ZIP codes."""
    chance = random.Random(1)
    places = [row for row in every_zip() if row["active"] and row["zip_code_type"] == "STANDARD"]
    codes = sorted(CODES)
    header = "name1 name2 street1 street2 city state zip phone intake1 intake2 intake1a intake2a service_code_info"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        for number in range(ROWS):
            place = chance.choice(places)
            said = " ".join(chance.choices(codes, k=CODES_EACH))
            phone = f"{chance.randint(201, 989)}-555-01{chance.randint(0, 99):02}"
            street = f"{chance.randint(1, 9999)} Main Street"
            where = ("", street, "", place["city"], place["state"], place["zip_code"])
            writer.writerow([f"Invented Program {number}", *where, phone, "", "", "", "", said])
    return path


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
