"""Make .venv from a lock file with hashes. Run by plain python3 before anything is installed, so: no imports of ours.

    python3 -I handrail/project/bootstrap.py requirements.txt

Written for old Pythons too, so that one that is too old can say so.
"""

import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
INSTALLER = "requirements-installer.txt"
SCRIPT = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m handrail.project.cli "$@"\n'


def main():
    """Make or refresh the environment; one line and exit 1 when that cannot be done."""
    lock = os.path.join(ROOT, sys.argv[1])
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        fail("Python 3.11 or newer is needed; this is %s. Name another: make PYTHON=python3.12" % found)
    if not os.access(ROOT, os.W_OK):
        fail("This folder cannot be written: %s. Copy Handrail to a folder of yours." % ROOT)
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


def fail(words):
    """End with one clear line."""
    sys.exit("handrail: " + words)


def fingerprint_of(lock):
    """What the stamp must hold for this lock, folder and Python."""
    with open(lock, "rb") as file:
        return hashlib.sha256(file.read() + repr((ROOT, sys.version)).encode()).hexdigest()


def make_venv():
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
        fail("the environment could not be made in %s: %s" % (VENV, words[-1] if words else "unknown reason"))


def install(lock):
    """Install exactly what the lock says, by hash: with uv where it can be had, which is five times faster, else pip."""
    print("Installing %s, checked by hash ..." % os.path.basename(lock), flush=True)
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    uv = os.path.join(VENV, "bin", "uv")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    has_uv = os.path.exists(uv) or subprocess.call([*pip, os.path.join(ROOT, INSTALLER)], **quiet) == 0
    if has_uv:
        command = [uv, "pip", "install", "-q", "-p", PYTHON, "--require-hashes", "-r", lock]
        if subprocess.call(command, **quiet) == 0:
            return
    if subprocess.call([*pip, lock]):
        fail("the packages of %s could not be installed; pip's own words are above." % os.path.basename(lock))


def install_handrail():
    """Put this folder on the environment's path and its command beside its Python; nothing is built or fetched."""
    found = subprocess.check_output([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    with open(os.path.join(found.strip(), "handrail.pth"), "w") as file:
        file.write(ROOT + "\n")
    script = os.path.join(VENV, "bin", "handrail")
    with open(script, "w") as file:
        file.write(SCRIPT)
    os.chmod(script, 0o755)


if __name__ == "__main__":
    main()
