"""Every setting with its words. A test fails for a setting that the code reads and this table leaves out."""

import ast
from dataclasses import dataclass
from pathlib import Path

from handrail.core.journey import CLOCKS, STAGES

ROOT = Path(__file__).resolve().parent
READING = ("settings.py", "serve.py")
KINDS = {
    "text": "text",
    "number": "whole number",
    "yes": "yes or no",
    "words": "words, with commas",
    "choice": "one word",
    "path": "path",
    "secret": "secret",
}


@dataclass(frozen=True)
class Setting:
    """One setting: its section, what it is when left out, what it does."""

    section: str
    default: str
    words: str


def _section(name: str, **rows: tuple[str, str]) -> dict[str, Setting]:
    return {key: Setting(name, default, words) for key, (default, words) in rows.items()}


def _clock_words(name: str) -> str:
    stages = ", ".join(stage.name for stage in STAGES.values() if stage.clock == name)
    return f"Minutes of the clock {name}" + (f", of the stage {stages}." if stages else ".")


SETTINGS: dict[str, Setting] = {
    **_section(
        "Where and how",
        HANDRAIL_ENV=("local", "local, demo, production or test. Production makes no keys and allows no short cuts."),
        HANDRAIL_DATA=("./data", "The folder of database, keys, static files. Back it up."),
        HANDRAIL_CONTENT=(
            "the package's own content folder",
            "The folder of words: languages, articles, numbers, evidence. Copy the package's, then add to the copy.",
        ),
        HANDRAIL_HOSTS=("127.0.0.1,localhost,[::1]", "The names this site answers to. Production has no default."),
        HANDRAIL_PROXIES=("0", "How many proxies of yours stand in front; their forwarded addresses are believed."),
        HANDRAIL_HTTPS=("yes in production", "Secure cookies, HSTS, and a redirect to https."),
        HANDRAIL_REDIRECT_HTTPS=("yes", "With HANDRAIL_HTTPS: redirect plain http. No, when the proxy does it."),
        LOG_LEVEL=("INFO", "DEBUG, INFO, WARNING or ERROR. Logs never hold a query, a body or an error's text."),
    ),
    **_section(
        "Web server",
        HOST=("127.0.0.1", "The address that handrail serve listens on."),
        PORT=("8000", "The port that handrail serve listens on."),
        WEB_WORKERS=("2", "Web processes: about one for each core."),
        WEB_THREADS=("4", "Threads of each web process; each may hold one database connection."),
        HANDRAIL_STATIC=("HANDRAIL_DATA/static", "Where the built static files are kept."),
    ),
    **_section(
        "Keys",
        HANDRAIL_SECRET=("HANDRAIL_DATA/secret.txt", "Signs cookies and sessions. 50 or more random characters."),
        HANDRAIL_KEYS=("", "The key file's JSON itself, instead of a file."),
        HANDRAIL_KEYS_PATH=("HANDRAIL_DATA/keys.json", "The key file: sealing keys, index key, ledger key."),
    ),
    **_section(
        "The service",
        SERVICE_NAME=("Next Step", "The neutral name that people see. No drug word."),
        SERVICE_PHONE=("1-800-555-0100, none in production", "The number people call. Shown on every public page."),
        SERVICE_TIMEZONE=("America/New_York", "The clock of the service, as an IANA name."),
        SERVICE_OPERATOR=("", "Who runs this service, for the pages About and Privacy."),
        SERVICE_FUNDERS=("", "Who pays for this service, in a few words, for the page About. Empty: the page says so."),
        FUNDING_RULES=("", "Names of rules in content/library/library.toml that switch topics of harm reduction off."),
        EXIT_URL=("https://www.weather.gov/", "Where the Leave button goes: a plain, large, harmless site."),
        CODE_DAYS=("90", "Days that a status code lives."),
        DRAFT_MINUTES=("60", "Minutes that answers are kept between pages before they are forgotten."),
        SENDS_AN_HOUR=("10", "Requests one address may send in an hour, for each web process; 0 is no limit."),
        CONSENT_DAYS=("14", "Days that a yes to sharing lives."),
        FRESH_BEDS_HOURS=("12", "Hours that a statement about beds counts as fresh."),
        FRESH_VISITS_HOURS=("72", "Hours that a statement about visits counts as fresh."),
        HAND_BACK_MINUTES=("15", "Minutes after which a silent owner's request goes back to the queue."),
        IDLE_LOCK_MINUTES=("10", "Minutes after which a staff screen that is left alone locks."),
    ),
    **{
        f"CLOCK_{name.upper()}": Setting("Clocks of the journey", str(clock.minutes), _clock_words(name))
        for name, clock in CLOCKS.items()
    },
    **_section(
        "The directory",
        CAPACITY_LINK_DAYS=("90", "Days that a link for a device to say openings lives, from 1 to 365."),
        DIRECTORY_SYNC=("off", "on lets `handrail directory sync` ask FindTreatment.gov. Nothing asks by itself."),
        DIRECTORY_SYNC_CONTACT=("", "Your e-mail address or page, told to FindTreatment.gov with every question."),
        DIRECTORY_SYNC_URL=(
            "https://findtreatment.gov/locator/exportsAsJson/v2",
            "Where the locator answers. https, or this machine.",
        ),
    ),
    **_section(
        "Database",
        DATABASE_URL=("", "postgres://user:password@host/name. Empty: SQLite in HANDRAIL_DATA."),
    ),
    **_section(
        "Staff sign-in",
        HANDRAIL_SECOND_FACTOR=("yes", "Ask staff for a second factor. May be no in the demo only, where it is no."),
    ),
    **_section(
        "Messages",
        EMAIL_URL=("", "smtp://user:password@host:port, or smtp+tls:// or smtp+ssl://. Empty: no e-mail is sent."),
        EMAIL_FROM=("hello@localhost", "The sender of e-mail. Keep it neutral."),
        TEXTS_URL=("", "Where a Twilio-compatible text service answers, like https://api.twilio.com. Empty: no texts."),
        TEXTS_ACCOUNT=("", "Your account there."),
        TEXTS_SECRET=("", "The secret of that account. It also signs the texts that come in, at /texts/in/."),
        TEXTS_FROM=("", "The number that texts come from, like +15555550100. Keep any name on it neutral."),
        HANDRAIL_GATEWAYS=("real in production, else fake", "fake shows messages on the steward's outbox page alone."),
    ),
}

# Settings whose value is a secret: read them from a file by adding _FILE to the name.
SECRETS = ("HANDRAIL_SECRET", "HANDRAIL_KEYS", "DATABASE_URL", "EMAIL_URL", "TEXTS_SECRET")


def read_names() -> dict[str, str]:
    """Every setting that the code reads, with the kind of its value: found in the source, not at run time."""
    found = {f"CLOCK_{name.upper()}": KINDS["number"] for name in CLOCKS}
    for file_name in READING:
        for node in ast.walk(ast.parse((ROOT / file_name).read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="env"), attr=kind), args=[ast.Constant(value=str(name)), *_]
                ):
                    found[name] = KINDS[kind]
    return found
