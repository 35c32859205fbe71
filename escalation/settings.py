"""Settings, read from the environment; without any, the demonstration of this checkout."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from escalation.api_settings import REST_FRAMEWORK as REST_FRAMEWORK
from escalation.api_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from escalation.browser_settings import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from escalation.embedded import running_environment, state_directory
from escalation.sign_in_settings import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = state_directory(BASE_DIR)
DEMO_SECRET_KEY = "demonstration-only-" + "0" * 40
DEMO_SIGNING_KEY = "A" * 43 + "="

env = environ.Env()
for _name, _value in running_environment(STATE_DIR).items():
    env.ENVIRON.setdefault(_name, _value)

# What kind of installation this is. Without DATABASE_URL there is nothing to protect, so it can only
# be the demonstration; with it, it is production unless DEMO says otherwise.
DEMO: bool = env.bool("DEMO", default="DATABASE_URL" not in env.ENVIRON)
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default=DEMO_SECRET_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])  # those before it, for a while
BASE_URL: str = env.str("BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SERVICE_NAME = "Safeguarding disagreements"
UNREAD_NOTICES = "escalation.queues.unread_notices"  # appointment -> number of unread notices, shown in the navigation

if not DEMO:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must not be on in production. Unset DEBUG, or set DEMO=1 for a demonstration.")
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEMO_SECRET_KEY:
        raise ImproperlyConfigured("SECRET_KEY must be your own random text of at least 50 characters.")
    if "ALLOWED_HOSTS" not in env.ENVIRON or "BASE_URL" not in env.ENVIRON:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS and BASE_URL to the address people will use.")

# The audit trail: who signs its checkpoints, and where they are kept besides the database.
AUDIT_SIGNING_KEY: str = env.str("AUDIT_SIGNING_KEY", default=DEMO_SIGNING_KEY)
AUDIT_SIGNING_KEY_FILE: str = env.str("AUDIT_SIGNING_KEY_FILE", default="")
AUDIT_PUBLIC_KEYS: list[str] = env.list("AUDIT_PUBLIC_KEYS", default=[])  # of keys that are no longer in use
AUDIT_CHECKPOINT_FILE: str = env.str("AUDIT_CHECKPOINT_FILE", default=str(STATE_DIR / "audit" / "checkpoints.jsonl"))
AUDIT_ORIGIN: str = env.str("AUDIT_ORIGIN", default=BASE_URL)
if not DEMO and AUDIT_SIGNING_KEY == DEMO_SIGNING_KEY and not AUDIT_SIGNING_KEY_FILE:
    raise ImproperlyConfigured("Set AUDIT_SIGNING_KEY to 32 random bytes in base64: openssl rand -base64 32")

# Which readings of cases are pointed out to leads and the board's office (docs/audit.md).
READING_RULES: dict[str, int] = {
    "from_hour": env.int("READING_FROM_HOUR", default=7),
    "to_hour": env.int("READING_TO_HOUR", default=20),
    "cases_a_day": env.int("READING_CASES_A_DAY", default=15),
    "days_to_act": env.int("READING_DAYS_TO_ACT", default=14),
}

HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "cases",
    "escalation",
    "decisions",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "pgtrigger",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "escalation.request_log.EachRequest",
    "escalation.middleware.never_stored",
    "escalation.middleware.for_us_alone",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cases.middleware.TimedSessions",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cases.middleware.ActingMiddleware",
    "cases.middleware.Proved",
    "escalation.refusals.RefusedAttempts",
    "escalation.middleware.never_empty",
    "cases.sending.SendsOnce",
    "cases.reads.EveryReadIsWritten",
    "escalation.raisers.KeepsRaisers",
]

ROOT_URLCONF = "escalation.urls"
WSGI_APPLICATION = "escalation.wsgi.application"
FORM_RENDERER = "cases.forms.renderer.GovukRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "cases.context.frame",
            ],
        },
    },
]

# Database: the web and the workers use a role that owns nothing; DATABASE_ROLE=owner is for migrations.
_role_variable = "DATABASE_OWNER_URL" if env.str("DATABASE_ROLE", default="web") == "owner" else "DATABASE_URL"
_fallback = env.str("DATABASE_URL", default="postgres://web@/escalation")
DATABASES = {"default": env.db_url_config(env.str(_role_variable, default=_fallback))}
DATABASES["default"].update({"ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True})
ROWS_SHOWN: str = env.str("ROWS_SHOWN", default="everything")  # until told who acts (cases/rows.py); the web server: nobody
DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c app.acting={ROWS_SHOWN}"

# Valkey or Redis: the broker carries only "look now", never the truth.
REDIS_URL: str = env.str("REDIS_URL", default="redis://localhost:6379/0")
_by_socket = REDIS_URL.startswith("unix://")
_next_db = (REDIS_URL if "?db=" in REDIS_URL else f"{REDIS_URL}?db=0").rpartition("=")
CACHE_URL: str = env.str("CACHE_URL", default=f"{_next_db[0]}={int(_next_db[2]) + 1}" if _by_socket else REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": not _by_socket,
    "health_check_interval": 15,
    "retry_on_timeout": True,
}

# People and sign-in: by e-mail, invited only.
AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Whether an account without a second factor can do anything but add one, and the key that seals what the database keeps of it.
MFA_REQUIRED: bool = env.bool("MFA_REQUIRED", default=not DEMO)
SECOND_FACTOR_KEY: str = env.str("SECOND_FACTOR_KEY", default=DEMO_SIGNING_KEY)
SECOND_FACTOR_OLD_KEYS: list[str] = env.list("SECOND_FACTOR_OLD_KEYS", default=[])
if not DEMO and SECOND_FACTOR_KEY == DEMO_SIGNING_KEY:
    raise ImproperlyConfigured("Set SECOND_FACTOR_KEY to 32 random bytes in base64: openssl rand -base64 32")
# The key that seals where somebody is safe; it opens nothing else.
SAFE_ADDRESS_KEY: str = env.str("SAFE_ADDRESS_KEY", default=DEMO_SIGNING_KEY)
SAFE_ADDRESS_OLD_KEYS: list[str] = env.list("SAFE_ADDRESS_OLD_KEYS", default=[])
if not DEMO and SAFE_ADDRESS_KEY in (DEMO_SIGNING_KEY, SECOND_FACTOR_KEY):
    raise ImproperlyConfigured("Set SAFE_ADDRESS_KEY to 32 random bytes in base64, its own: openssl rand -base64 32")
SUSPEND_UNUSED_AFTER: int = env.int("SUSPEND_UNUSED_AFTER", default=0 if DEMO else 60)  # days; 0 for never
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
BREACHED_PASSWORDS: str = env.str("BREACHED_PASSWORDS", default="")  # a file of such, searched offline (docs/operations.md)

# E-mail: in the demonstration into files that a page of the product shows.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Safeguarding disagreements <no-reply@example.org>")
BOUNCE_ADDRESS: str = env.str("BOUNCE_ADDRESS", default="")  # where undeliverable mail comes back, such as bounces@…
DEMO_MAIL_DIR = STATE_DIR / "mail"
if "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email_url("EMAIL_URL"))
elif DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DEMO_MAIL_DIR)
else:
    raise ImproperlyConfigured("Set EMAIL_URL to your mail server, for example smtp+tls with its user and password.")

# Time and language.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# Static files: straight from the npm packages, no build step.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
NPM_DIR = BASE_DIR / "node_modules"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "escalation.static.NpmFinder"]
HASHED_STATIC = env.bool("HASHED_STATIC", default=not DEMO)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "escalation.static.HashedStaticFiles"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE_DIR / "files")))

# Evidence: nothing serves these directories; a file is given out only by its page, and only once a scanner found it clean.
EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", default=str(MEDIA_ROOT / "evidence")))
EVIDENCE_LARGEST = 20 * 1024 * 1024
CLAMAV_URL: str = env.str("CLAMAV_URL", default="")  # unix:///run/clamav/clamd.ctl or tcp://clamav:3310
EVIDENCE_WITHOUT_SCANNER: bool = env.bool("EVIDENCE_WITHOUT_SCANNER", default=False)  # given out unscanned, with a warning
if not DEMO and not CLAMAV_URL and "EVIDENCE_WITHOUT_SCANNER" not in env.ENVIRON:
    raise ImproperlyConfigured(
        "Set CLAMAV_URL to your ClamAV. Or decide what happens to evidence without one: EVIDENCE_WITHOUT_SCANNER=0 keeps files "
        "and gives none out, EVIDENCE_WITHOUT_SCANNER=1 gives them out unscanned, with a warning."
    )
FILE_UPLOAD_HANDLERS = [
    "escalation.uploads.UpToALimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# What the browser is told, besides escalation/browser_settings.py.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # a browser takes such a name only with Secure, for this host alone and for all of it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # words stay out of cookies
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthy$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Logs carry ids, never words. In production each line is a JSON object, and each request has one.
_format, _requests = ("line", "WARNING") if DEMO else ("json", "INFO")
_level = env.str("LOG_LEVEL", default="WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "escalation.request_log.Lines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _format}},
    "root": {"handlers": ["console"], "level": _level},
    "loggers": {
        "escalation.request_log": {"level": _requests},
        "django": {"handlers": [], "level": _level},  # without Django's mails to administrators
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "celery.app.trace": {"level": "WARNING"},
    },
}
