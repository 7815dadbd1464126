"""Make .venv from a lock file with hashes. Run by plain python3 before anything is installed, so: no imports of ours.

    python3 -I handrail/project/bootstrap.py requirements.txt

Plain enough for Python 3.7, so that one that is too old can say so.
"""

import hashlib
import os
import subprocess
import sys
from typing import NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
INSTALLER = "requirements-installer.txt"
SCRIPT = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m handrail.project.cli "$@"\n'


def main() -> None:
    """Make or refresh the environment; one line and exit 1 when that cannot be done."""
    lock = os.path.join(ROOT, sys.argv[1])
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        fail(f"Python 3.11 or newer is needed; this is {found}. Name another: make PYTHON=python3.12")
    if not os.access(ROOT, os.W_OK):
        fail(f"This folder cannot be written: {ROOT}. Copy Handrail to a folder of yours.")
    stamp = os.path.join(VENV, os.path.basename(lock) + ".installed")
    fingerprint = fingerprint_of(lock)
    if os.path.exists(PYTHON) and os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == fingerprint:
                return
    make_venv()
    install(lock)
    install_handrail()
    with open(stamp, "w") as file:
        file.write(fingerprint)


def fail(words: str) -> NoReturn:
    """End with one clear line."""
    sys.exit("handrail: " + words)


def fingerprint_of(lock: str) -> str:
    """What the stamp must hold for this lock, folder and Python."""
    with open(lock, "rb") as file:
        return hashlib.sha256(file.read() + repr((ROOT, sys.version)).encode()).hexdigest()


def make_venv() -> None:
    """Make the environment if it is not there or its Python has gone."""
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        return
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of python3 itself
        import venv  # noqa: F401
    except ImportError:
        fail("python3-venv is missing. On Debian or Ubuntu: apt-get install python3-venv")
    print("Making .venv ...", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        words = (made.stderr or made.stdout).strip().splitlines()
        if "ensurepip" in made.stdout + made.stderr:
            fail("python3-venv is missing. On Debian or Ubuntu: apt-get install python3-venv")
        fail(f"the environment could not be made in {VENV}: {words[-1] if words else 'no reason given'}")


def install(lock: str) -> None:
    """Install exactly what the lock says, by hash: with uv where it can be had, which is faster, else with pip."""
    print(f"Installing {os.path.basename(lock)}, checked by hash ...", flush=True)
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    uv = os.path.join(VENV, "bin", "uv")
    has_uv = os.path.exists(uv) or run_quietly([*pip, os.path.join(ROOT, INSTALLER)])
    if has_uv:
        command = [uv, "pip", "install", "-q", "-p", PYTHON, "--require-hashes", "-r", lock]
        if run_quietly(command):
            return
    if subprocess.call([*pip, lock]):
        fail(f"the packages of {os.path.basename(lock)} could not be installed; pip's own words are above.")


def run_quietly(command: list) -> bool:  # type: ignore[type-arg]  # Python 3.7 cannot say list[str]
    """Run a command whose failure has another way; True when it did."""
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def install_handrail() -> None:
    """Put this folder on the environment's path and its command beside its Python; nothing is built or fetched."""
    found = subprocess.check_output([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    with open(os.path.join(found.strip(), "handrail.pth"), "w") as file:
        file.write(ROOT + "\n")
    script = os.path.join(VENV, "bin", "handrail")
    with open(script, "w") as file:
        file.write(SCRIPT)
    os.chmod(script, 0o755)  # noqa: S103 - a command that everybody on this machine may run


if __name__ == "__main__":
    main()
