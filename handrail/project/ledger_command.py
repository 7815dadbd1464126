"""handrail ledger verify: re-walk every stream, head and seal; exit 1 and name the row when something is wrong."""

import argparse
import json
import time

from django.db import connection

from handrail.records.ledger import triggers
from handrail.records.ledger.verify import Finding, verify


def run(argv: list[str]) -> int:
    """Verify the ledger. 0 whole, 1 a finding."""
    parser = argparse.ArgumentParser(prog="handrail ledger", description=__doc__)
    parser.add_argument("what", choices=["verify"])
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(argv)
    start = time.monotonic()
    report = verify()
    if not triggers.installed(connection):
        words = "the triggers that keep the ledger append-only are missing; 'handrail migrate' sets them"
        report.findings.append(Finding("triggers", "", None, None, words))
    seconds = round(time.monotonic() - start, 2)
    for finding in report.findings:
        where = " ".join(filter(None, [finding.stream, f"entry {finding.entry}" if finding.entry else ""]))
        print(f"{finding.kind:<9}  {where or 'ledger'}: {finding.words}")
    whole = "is whole" if not report.findings else f"has {len(report.findings)} findings"
    print(
        f"The ledger {whole}: {report.entries:,} entries in {report.streams:,} streams, "
        f"{report.seals:,} seals, {seconds} s."
    )
    if options.json:
        print(json.dumps({**report.as_data(), "seconds": seconds}))
    return 1 if report.findings else 0
