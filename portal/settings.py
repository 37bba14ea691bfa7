"""One settings file for every machine; what differs comes typed from the environment (see README, "Settings").

Production refuses to start with a demo default: see `_refuse_demo_defaults` at the end.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# ── Which machine is this ────────────────────────────────────────────────────────────────────────────
PORTAL_ENV = env.str("PORTAL_ENV", "demo")
if PORTAL_ENV not in {"demo", "test", "production"}:
    raise ImproperlyConfigured("PORTAL_ENV must be demo, test or production.")
PRODUCTION = PORTAL_ENV == "production"
DEMO = env.bool("DEMO", not PRODUCTION)
DEBUG = env.bool("DEBUG", False)
TESTING = PORTAL_ENV == "test"
PORT = env.int("PORT", 8000)
BASE_URL = env.str("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
HTTPS = BASE_URL.startswith("https://")
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)  # one proxy of ours, which writes X-Forwarded-For and X-Forwarded-Proto


def _kept_secret(name: str, size: int) -> str:
    """A secret of this data folder alone, made once, so that demo sessions and sign-ins survive a restart."""
    path = DATA_DIR / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or ("" if PRODUCTION else _kept_secret("secret-key", 60))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
SHOW_GOV_MASTHEAD = env.bool("SHOW_GOV_MASTHEAD", False)  # states a fact: on only for a public body's own site
_CONTACT = ("", "", "") if PRODUCTION else ("가상 전담기관", "Fictional Operating Agency", "help@operator.example")
OPERATOR_NAME_KO = env.str("OPERATOR_NAME_KO", _CONTACT[0])  # shown with the contact at the foot of every page
OPERATOR_NAME_EN = env.str("OPERATOR_NAME_EN", _CONTACT[1])
OPERATOR_CONTACT = env.str("OPERATOR_CONTACT", _CONTACT[2])  # an e-mail address; empty: no contact line
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "") or (_kept_secret("demo-password", 9) if DEMO and not PRODUCTION else "")
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "portal.apps.StaticFiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "portal.apps.PortalConfig",
    "portal.desk.apps.AdminConfig",
    "portal.desk.apps.DeskConfig",
    "portal.journal.apps.JournalConfig",
    "portal.accounts.apps.AccountsConfig",
    "portal.documents.apps.DocumentsConfig",
    "providers.apps.ProvidersConfig",
    "vouchers.apps.VouchersConfig",
]
MIDDLEWARE = [
    "portal.kit.middleware.arrival",  # first: what stands before it would count as part of the way here
    "django.middleware.security.SecurityMiddleware",
    "portal.kit.middleware.client_address",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.second_factor",
    "portal.kit.middleware.body_limit",
    "portal.kit.middleware.no_dead_ends",
    "portal.kit.middleware.domain_errors",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.desk.context.house",
            ],
        },
    }
]
FORM_RENDERER = "portal.kit.forms.PortalRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Database, cache, queue ───────────────────────────────────────────────────────────────────────────
_database = env.db("DATABASE_URL", "postgres://portal@127.0.0.1:5432/portal")
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": None,  # opening a connection per request costs eleven times the query
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # the action owns its transaction
        # statements of portal.kit.prepared are planned once a connection; the ORM's never are
        "OPTIONS": {"prepare_threshold": 0, **_database.get("OPTIONS", {})},
    }
}
MIGRATE_DATABASE_URL = env.str("MIGRATE_DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHE_URL = env.str("CACHE_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "portal"}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
SESSION_ENGINE = "portal.accounts.sessions"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Seoul"

# ── People ───────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
ROLE_TABLE = "portal.desk.roles"  # role → permissions, read by the authentication backend
READING_LOG = "portal.journal.actions.saw"  # called by the admin, which knows nothing of the journal, for pages about people
JOBS_RAISE = TESTING  # what breaks in a job breaks its test; outside tests it is noted, and the others go on
REMINDER_DAYS = (
    "portal.desk.reminders.days_of"  # called for duties: so many working days before their due day they are reminded of
)
DUTY_BARRED = "portal.desk.apart.barred"  # called for a duty: who may not do it since they did a step before
REHEARSAL_MARK = "portal.desk.rehearsals.marked"  # called for every notice: is its subject part of a rehearsal?
REHEARSAL_PAGE = "portal.desk.rehearsals.page_marked"  # called by the frame of every page, with its context
CLOSED_RECORDS = "portal.desk.closed.records"  # what the journal's lists leave out for a reader with a conflict of interest
ADMIN_HEADLINE = "portal.desk.admin_words.headline"  # what the admin calls a row that has only a code for a name
NOTICE_WORDS = "portal.desk.notice_words"  # notice → words, read by the page where people choose what is mailed
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.RoleGrantBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = reverse_lazy("desk:home")
LOGIN_URL = reverse_lazy("account_login")
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "portal.accounts.forms.SignupForm"}
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_RATE_LIMITS: Any = {} if not TESTING else False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Healthcare Data Voucher"
MFA_ADAPTER = "portal.accounts.adapter.MFAAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.desk.views.csrf_failure"

# ── Languages and time ───────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["portal.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
LANGUAGE_COOKIE_NAME = "language"

# ── Files ────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    (prefix, path)
    for prefix, path in (
        ("krds", BASE_DIR / "node_modules" / "krds-uiux" / "resources"),
        ("echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
    )
    if path.is_dir()
]
STORAGE_URL = env.str("STORAGE_URL", "")  # s3://bucket?endpoint_url=… for several machines; else files under DATA_DIR
_s3 = urlsplit(STORAGE_URL)
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": _s3.netloc, "querystring_auth": True, "default_acl": "private"}
            | dict(pair.split("=", 1) for pair in _s3.query.split("&") if "=" in pair),
        }
        if _s3.scheme == "s3"
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA_DIR / "uploads", "base_url": None, "file_permissions_mode": 0o600},
        }
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", *Compressor.SKIP_COMPRESS_EXTENSIONS)  # only a developer's tools fetch a map
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", 50 * 1024 * 1024)
HARVEST_AGAINST = (
    "providers.catalogue.rules.reaching.against"  # (IP address, port) → why no harvest connects to it; no environment opens it
)
MAX_BODY_BYTES = 3 * MAX_UPLOAD_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE  # no form takes more than three files at once
SHEET_MAX_BYTES = env.int("SHEET_MAX_BYTES", 2 * 1024 * 1024)  # of a spreadsheet that changes offers
SHEET_MAX_UNPACKED = env.int("SHEET_MAX_UNPACKED", 20 * 1024 * 1024)  # bytes that it holds once unpacked
SHEET_MAX_ROWS = env.int("SHEET_MAX_ROWS", 5000)  # in one of its sheets
SHEET_PREVIEW_SECONDS = env.int("SHEET_PREVIEW_SECONDS", 60 * 60)  # how long what was shown may still be applied
CLAMD_URL = env.str("CLAMD_URL", "")

# ── Neighbours ───────────────────────────────────────────────────────────────────────────────────────
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:  # the demo's own mailbox: files under DATA_DIR, shown at /demo/mail/
    EMAIL_BACKEND = "portal.journal.mailbox.MailboxBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "voucher@portal.example")
NTS_API_URL = env.str("NTS_API_URL", "")
NTS_API_KEY = env.str("NTS_API_KEY", "")
BANK_GATEWAY_URL = env.str("BANK_GATEWAY_URL", "")
BANK_TIMEOUT = env.float("BANK_TIMEOUT", 5.0)  # seconds; a transfer without an answer by then is unknown, never sent again
DEMO_BANK_PORT = env.int("DEMO_BANK_PORT", PORT + 1)

# ── Security ─────────────────────────────────────────────────────────────────────────────────────────
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
ADMIN_CSP = {  # unfold's Alpine evaluates inline expressions; the admin alone allows that
    **SECURE_CSP,
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.accounts.api_keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "portal.kit.api.problem",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle", "portal.accounts.api_keys.KeyRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": None if TESTING else "600/min", "key": None if TESTING else "3000/min"},
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 0,  # the peer's address, which client_address has set right
}
API_KEY_MAX_DAYS = env.int("API_KEY_MAX_DAYS", 365)  # for which a key of a provider may be valid
API_KEY_REMIND_DAYS = env.list("API_KEY_REMIND_DAYS", cast=int, default=[30, 7])  # before its end its people are told
API_KEYS_MOST = env.int("API_KEYS_MOST", 20)  # that one organisation may have at a time
API_ANSWER_HOURS = env.int("API_ANSWER_HOURS", 24)  # for which the answer to an Idempotency-Key is kept
API_WAIT_SECONDS = env.int("API_WAIT_SECONDS", 5)  # that a write waits for another one of the same key
SPECTACULAR_SETTINGS = {
    "TITLE": "Healthcare Data Voucher API",
    "DESCRIPTION": "Public statistics and registers of the healthcare data voucher programme. Institutions write offers, datasets and "
    "quotes with a key: read first, send the ETag in If-Match, and an Idempotency-Key so that a repeated request happens once.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

# ── Admin ────────────────────────────────────────────────────────────────────────────────────────────
UNFOLD = {
    "SITE_TITLE": _("Healthcare Data Voucher"),
    "SITE_HEADER": _("Healthcare Data Voucher"),
    "SITE_SUBHEADER": _("Ministry case work"),
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "#ecf2fe", "100": "#d8e5fd", "200": "#b1cefb", "300": "#86aff9", "400": "#4c87f6", "500": "#256ef4",
            "600": "#0b50d0", "700": "#083891", "800": "#052561", "900": "#03163a", "950": "#020f27",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": []},
}  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.format_exc_info,
            ],
        },
        "line": {"format": "{levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
}


def _refuse_demo_defaults() -> None:
    """Production starts only when everything that a demo makes up for itself was given. Names every fault at once."""
    faults = [
        name
        for name, wrong in {
            "SECRET_KEY (50 characters or more)": len(SECRET_KEY) < 50,
            "ALLOWED_HOSTS": not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
            "DEBUG must be off": DEBUG,
            "DEMO must be 0": DEMO,
            "DEMO_PASSWORD must not be set": bool(DEMO_PASSWORD),
            "DATABASE_URL": "DATABASE_URL" not in env.ENVIRON,
            "REDIS_URL": "REDIS_URL" not in env.ENVIRON,
            "CACHE_URL": not CACHE_URL,
            "EMAIL_URL": not EMAIL_URL,
            "BASE_URL (https)": not HTTPS,
            "DEFAULT_FROM_EMAIL": DEFAULT_FROM_EMAIL.endswith(".example"),
            "NTS_API_URL": not NTS_API_URL,
            "NTS_API_KEY": not NTS_API_KEY,
            "BANK_GATEWAY_URL": not BANK_GATEWAY_URL,
        }.items()
        if wrong
    ]
    if faults:
        raise ImproperlyConfigured("Production refuses to start; give or mend: " + "; ".join(faults))


if PRODUCTION:
    _refuse_demo_defaults()
