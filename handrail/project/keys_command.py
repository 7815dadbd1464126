"""handrail keys new: make the secrets of a new installation. handrail keys rotate: seal everything anew."""

import argparse
import json
import os
import time
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured

from handrail.project.environment import Reader, write_secret
from handrail.records.keys import new_keys, write_key_file


def run(argv: list[str]) -> int:
    """Make or rotate keys."""
    parser = argparse.ArgumentParser(prog="handrail keys", description=__doc__)
    parser.add_argument("what", choices=["new", "rotate"])
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    options = parser.parse_args(argv)
    return make_new(as_json=options.json) if options.what == "new" else rotate(as_json=options.json)


def make_new(*, as_json: bool) -> int:
    """Write a fresh secret and key file where the settings look for them; never over existing ones."""
    env = Reader(os.environ)
    data = env.path("HANDRAIL_DATA", Path.cwd() / "data")
    secret_path, keys_path = data / "secret.txt", env.path("HANDRAIL_KEYS_PATH", data / "keys.json")
    if keys_path.exists():
        raise ImproperlyConfigured(f"{keys_path} is there already, and what it sealed needs it. Nothing was changed.")
    write_key_file(keys_path, new_keys())
    made = [str(keys_path)]
    if not secret_path.exists():
        write_secret(secret_path)
        made.append(str(secret_path))
    print("Made:", *made, sep="\n  ")
    print("Back both up now, apart from the database: without them nothing sealed can ever be opened again.")
    if as_json:
        print(json.dumps({"made": made}))
    return 0


def rotate(*, as_json: bool) -> int:
    """Add a sealing key, make it the current one, and seal every old value anew, while the service goes on."""
    django.setup()
    from handrail.project.prepare import make_what_is_missing
    from handrail.project.rotation import rotate_keys

    make_what_is_missing()
    start = time.monotonic()
    result = rotate_keys(say=lambda words: print(words, flush=True))
    seconds = round(time.monotonic() - start, 2)
    print(f"{result.values:,} values are sealed with key {result.key} now, in {seconds} s. {result.left:,} are left.")
    print("The older keys stay in the key file: backups made before today need them. Back the file up now.")
    if as_json:
        print(json.dumps({"key": result.key, "values": result.values, "left": result.left, "seconds": seconds}))
    return 1 if result.left else 0
