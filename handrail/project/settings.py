"""Every setting of Handrail, read from the environment with its type. docs/configuration.md is made from this file.

A name with _FILE added reads the value from that file, for secrets.
"""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from handrail.core.journey import CLOCKS
from handrail.project.environment import Reader
from handrail.project.language_folders import DEFAULT, languages_in

ROOT = Path(__file__).resolve().parent.parent
env = Reader(os.environ)

# --- where and how -----------------------------------------------------------------------------
HANDRAIL_ENV = env.choice("HANDRAIL_ENV", "local", ["local", "demo", "production", "test"])
IS_DEMO = HANDRAIL_ENV == "demo"
IS_PRODUCTION = HANDRAIL_ENV == "production"
HANDRAIL_DATA = env.path("HANDRAIL_DATA", Path.cwd() / "data")
HANDRAIL_CONTENT = env.path("HANDRAIL_CONTENT", ROOT / "content")
DEBUG = False
HANDRAIL_HOSTS = env.words("HANDRAIL_HOSTS", [] if IS_PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
ALLOWED_HOSTS = HANDRAIL_HOSTS + (["testserver"] if HANDRAIL_ENV == "test" else [])
HANDRAIL_PROXIES = env.number("HANDRAIL_PROXIES", 0)
ROOT_URLCONF = "handrail.project.urls"
WSGI_APPLICATION = "handrail.project.wsgi.application"

# --- keys ---------------------------------------------------------------------------------------
HANDRAIL_KEYS = env.text("HANDRAIL_KEYS", "")
HANDRAIL_KEYS_PATH = env.path("HANDRAIL_KEYS_PATH", HANDRAIL_DATA / "keys.json")
HANDRAIL_MAY_MAKE_KEYS = not IS_PRODUCTION
SECRET_KEY = env.secret("HANDRAIL_SECRET", HANDRAIL_DATA / "secret.txt", may_make=HANDRAIL_MAY_MAKE_KEYS)

# --- the service --------------------------------------------------------------------------------
SERVICE_NAME = env.text("SERVICE_NAME", "Next Step")
SERVICE_PHONE = env.text("SERVICE_PHONE", "1-800-555-0100" if not IS_PRODUCTION else "")
SERVICE_TIMEZONE = env.text("SERVICE_TIMEZONE", "America/New_York")
SERVICE_OPERATOR = env.text("SERVICE_OPERATOR", "")
SERVICE_FUNDERS = env.text("SERVICE_FUNDERS", "")
FUNDING_RULES = env.words("FUNDING_RULES", [])
EXIT_URL = env.text("EXIT_URL", "https://www.weather.gov/")
CODE_DAYS = env.number("CODE_DAYS", 90)
DRAFT_MINUTES = env.number("DRAFT_MINUTES", 60)
SENDS_AN_HOUR = env.number("SENDS_AN_HOUR", 10)
CONSENT_DAYS = env.number("CONSENT_DAYS", 14)
FRESH_BEDS_HOURS = env.number("FRESH_BEDS_HOURS", 12)
FRESH_VISITS_HOURS = env.number("FRESH_VISITS_HOURS", 72)
HANDRAIL_CLOCKS = {name: env.number(f"CLOCK_{name.upper()}", clock.minutes) for name, clock in CLOCKS.items()}
HAND_BACK_MINUTES = env.number("HAND_BACK_MINUTES", 15)
IDLE_LOCK_MINUTES = env.number("IDLE_LOCK_MINUTES", 10)

# --- the directory ------------------------------------------------------------------------------
DIRECTORY_SYNC = env.choice("DIRECTORY_SYNC", "off", ["off", "on"])
DIRECTORY_SYNC_CONTACT = env.text("DIRECTORY_SYNC_CONTACT", "")
CAPACITY_LINK_DAYS = env.number("CAPACITY_LINK_DAYS", 90)
DIRECTORY_SYNC_URL = env.text("DIRECTORY_SYNC_URL", "https://findtreatment.gov/locator/exportsAsJson/v2")

# --- database -----------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", "")
if DATABASE_URL:
    DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
    if "postgresql" not in str(DATABASES["default"]["ENGINE"]):
        raise ImproperlyConfigured("DATABASE_URL must be postgres://…; leave it empty for SQLite in HANDRAIL_DATA.")
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 60,  # each thread keeps its connection: see docs/decisions/0004
        # A database that is away must not hold a page for long: the finder goes on from memory.
        "OPTIONS": {
            "connect_timeout": 3,
            # The same few statements run all day: let the server plan each once for a connection.
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }
else:
    HANDRAIL_DATA.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HANDRAIL_DATA / "handrail.sqlite3",
            "CONN_MAX_AGE": None,
            # FULL: what is acknowledged survives a power cut. IMMEDIATE: writers wait instead of failing.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;",
            },
        }
    }
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # It counts wrong codes and sign-ins. Django's default of 300 would let 300 new ones push the older ones out.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- rooms --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "handrail.records.ledger.apps.LedgerConfig",
    "handrail.records.library.apps.LibraryConfig",
    "handrail.records.directory.apps.DirectoryConfig",
    "handrail.records.accounts.apps.AccountsConfig",
    "handrail.records.casebook.apps.CasebookConfig",
    "handrail.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "handrail.web.shield.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "handrail.web.language.by_path",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "handrail.web.doors.staff_door",
    "handrail.web.doors.kind_refusals",
    "handrail.web.errors.kind_errors",
    "handrail.web.leave.stay_away",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours come before those of installed packages, so that the sign-in pages are ours too.
        "DIRS": [
            ROOT / "web" / "templates",
            *(ROOT / "web" / name / "templates" for name in ("public", "person", "desk", "program", "steward")),
            ROOT / "api" / "hsds" / "templates",
        ],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "handrail.web.context.service",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "handrail.web.templatetags.handrail",
                "handrail.web.templatetags.reading",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- languages and time -------------------------------------------------------------------------
HANDRAIL_LANGUAGES = languages_in(HANDRAIL_CONTENT)
LANGUAGE_CODE = DEFAULT
LANGUAGES = [(code, language.name) for code, language in HANDRAIL_LANGUAGES.items()]
LOCALE_PATHS = [HANDRAIL_CONTENT / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- staff sign-in ------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if HANDRAIL_ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests make many staff
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
HANDRAIL_SECOND_FACTOR = env.yes("HANDRAIL_SECOND_FACTOR", not IS_DEMO)
if not HANDRAIL_SECOND_FACTOR and not IS_DEMO and HANDRAIL_ENV != "test":
    raise ImproperlyConfigured("HANDRAIL_SECOND_FACTOR may be off in the demo only.")
ACCOUNT_ADAPTER = "handrail.web.sign_in.AccountAdapter"
MFA_ADAPTER = "handrail.web.sign_in.FactorAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip", "login": "30/m/ip", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = HANDRAIL_PROXIES
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
LOGIN_URL = "/account/login/"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would hold the words in clear
LOGIN_REDIRECT_URL = "/account/home/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
MFA_TOTP_ISSUER = "Handrail"

# --- cookies, headers ---------------------------------------------------------------------------
HANDRAIL_HTTPS = env.yes("HANDRAIL_HTTPS", IS_PRODUCTION)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "s"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HANDRAIL_HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 60 * 60 * 14
CSRF_COOKIE_NAME = "f"
CSRF_COOKIE_SECURE = HANDRAIL_HTTPS
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "handrail.web.doors.form_too_old"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HANDRAIL_HOSTS] if HANDRAIL_HTTPS else []
SECURE_SSL_REDIRECT = HANDRAIL_HTTPS and env.yes("HANDRAIL_REDIRECT_HTTPS", True)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked for by machines inside, which speak plain http
SECURE_HSTS_SECONDS = 63072000 if HANDRAIL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HANDRAIL_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HANDRAIL_PROXIES else None
SECURE_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "manifest-src": ["'self'"],
}

# --- static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("HANDRAIL_STATIC", HANDRAIL_DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if HANDRAIL_ENV == "test":
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_AUTOREFRESH = True
    WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 31536000 if HANDRAIL_ENV != "test" else 0

# --- e-mail and texts ---------------------------------------------------------------------------
EMAIL_URL = env.text("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "hello@localhost")
TEXTS_URL = env.text("TEXTS_URL", "")
TEXTS_ACCOUNT = env.text("TEXTS_ACCOUNT", "")
TEXTS_SECRET = env.text("TEXTS_SECRET", "")
TEXTS_FROM = env.text("TEXTS_FROM", "")
HANDRAIL_GATEWAYS = env.choice("HANDRAIL_GATEWAYS", "fake" if not IS_PRODUCTION else "real", ["fake", "real"])

# --- logs: never an address with its query, never a body ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "handrail.project.logs.PlainFormatter"}},
    "filters": {"private": {"()": "handrail.project.logs.PrivateFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["private"]}},
    "root": {"handlers": ["stderr"], "level": env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])},
}
# W002: web.shield sets X-Frame-Options and frame-ancestors. W021: a preload list is the domain owner's own decision.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W021", *(["security.W003"] if not HANDRAIL_HTTPS else [])]
