"""handrail: the one command."""

import os
import sys


def main() -> None:
    """Run a Handrail or Django command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
