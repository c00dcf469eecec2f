"""What holds in every environment. Values that differ come from the environment."""

import logging
from pathlib import Path

import environ
import structlog
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    # First, because each static address in a page asks for it by walking down this list.
    "django.contrib.staticfiles",
    "lms.portal",
    "exams.licences",
    "exams.results",
    "exams.statistics",
    "exams.marking",
    "exams.sittings",
    "courses.training",
    "courses.learning",
    "exams.papers",
    "exams.bank",
    "instructors.studios",
    "instructors.mentorship",
    "instructors.bases",
    "courses.development",
    "instructors.classrooms",
    "instructors.venues",
    "instructors.pool",
    "courses.catalogue",
    "lms.ledger",
    "lms.certificates",
    "lms.rules",
    "lms.jobs",
    "lms.notices",
    "lms.people",
    "lms.audit",
    "lms.sheets",
    "lms.kit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "lms.people.apps.DevicesConfig",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.admin",
    "wagtail",
    "modelsearch",
    "taggit",
    "treebeard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
]

MIDDLEWARE = [
    "exams.sittings.middleware.SaveFirstMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.kit.middleware.RequestLogMiddleware",
    "lms.kit.middleware.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms.people.middleware.LastSeenMiddleware",
    "lms.people.middleware.PasswordChangeMiddleware",
    "lms.people.middleware.StaffSecondFactorMiddleware",
    "lms.people.middleware.ConsoleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = "lms.locale"
LOCALE_PATHS = [BASE_DIR / "lms" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / ".local" / "media"


def database() -> dict:
    """Statements are prepared only where they ask for it, as a save does; without a threshold none can."""
    found = env.db("DATABASE_URL")
    options = {**found.get("OPTIONS", {}), "prepare_threshold": 5}
    return {**found, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


# Counters of failed sign-ins live in this cache: it must outlive the broker, so it is a table.
CACHES = {
    "default": {
        "BACKEND": "lms.kit.cache.CountlessCache",
        "LOCATION": "django_cache",
    }
}
SESSION_ENGINE = "lms.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "lms.kit.views.csrf_failure"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- people -----------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["lms.people.sessions.AccountBackend"]
PASSWORD_HASHERS = ["lms.people.hashers.OfficerArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "lms.people.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "lms.people.passwords.CharacterClassesValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "lms.people.adapters.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "lms.people.forms.SignInForm",
    "change_password": "lms.people.forms.NewPasswordForm",
    "reauthenticate": "lms.people.forms.ConfirmPasswordForm",
}
# A whole exam hall stands behind one address: addresses are throttled at the proxy, accounts here.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "5/900s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "城管学堂"
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "lms.people.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "lms.people.forms.CodeForm",
    "reauthenticate": "lms.people.forms.ConfirmCodeForm",
    "activate_totp": "lms.people.forms.BindAuthenticatorForm",
}
USERSESSIONS_ADAPTER = "lms.people.adapters.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
STAFF_SECOND_FACTOR_REQUIRED = True
# A demonstration: `demo_code` prints second-factor codes of its accounts.
DEMO = False

# --- Wagtail ----------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "城管学堂"
WAGTAILADMIN_BASE_URL = env("BASE_URL", default="http://localhost:8000")
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES = [("zh-hans", "简体中文")]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAILEMBEDS_FINDERS: list = []
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "mp4"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
MODELSEARCH_BACKENDS = {"default": {"BACKEND": "lms.kit.search"}}
WAGTAILSEARCH_BACKENDS = MODELSEARCH_BACKENDS
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# --- content security -------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# Wagtail's console starts its date fields and choosers from inline scripts, and previews in a frame.
CONSOLE_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}

# --- work in the background ---------------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Whoever publishes gives up at once and leaves it to the outbox: without this kombu tries for ever.
    "max_retries": 0,
}

OUTBOX_KEPT_DAYS = 30  # sent messages of finished jobs; the jobs themselves stay

# --- certificates -------------------------------------------------------------------------
# A certified seal server takes the place of the development key by naming another provider.
SEAL_PROVIDER = env("SEAL_PROVIDER", default="lms.certificates.seal.DevelopmentSeal")
SEAL_FOLDER = Path(env("SEAL_FOLDER", default=str(BASE_DIR / ".local" / "seal")))
VERIFY_PER_ADDRESS, VERIFY_TOGETHER = 30, 3000  # questions a minute on the public page
LICENCE_ISSUER = env("LICENCE_ISSUER", default="发证机关（演示）")  # as it stands on the cards of 行政执法证

# --- the ledger's heads, kept outside the database ------------------------------------------
CHAIN_HEADS_FILE = Path(env("CHAIN_HEADS_FILE", default=str(BASE_DIR / ".local" / "chain-heads.jsonl")))

# --- logs: JSON lines on stdout, each with its request's id; no name, address or query string -----------
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
_LOG_STEPS: list = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_LOG_STEPS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "lms": {"level": "INFO"},
        "django_structlog": {"level": env("REQUEST_LOG_LEVEL", default="ERROR")},
        # Every answer is already one line of django_structlog's.
        "django.request": {"level": "ERROR"},
    },
}
