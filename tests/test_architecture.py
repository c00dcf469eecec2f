"""The house holds itself up: what import-linter cannot see."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
HOUSES = ("lms", "courses", "exams", "instructors")
MODULES = {
    "__init__", "apps", "models", "querysets", "services", "tasks", "forms", "filters", "viewsets", "views", "urls",
    "wagtail_hooks", "management", "templatetags", "migrations", "adapters", "middleware", "checks", "blocks", "api",
}  # fmt: skip
# Pure modules named by the noun they compute; each stands here once.
NOUNS = {
    "audit": {"canonical", "chain", "heads"},
    "bases": {"defaults", "entitlement", "scoring", "standing", "terms", "usage"},
    "bank": {"formats", "panels", "types"},
    "catalogue": {"media", "panels"},
    "certificates": {"answers", "artwork", "emblem", "entitlement", "glyphs", "paper", "seal", "wording"},
    "development": {"invariants", "rubric", "shares", "terms"},
    "classrooms": {"checklist", "inventory"},
    "jobs": {"outbox", "registry", "running"},
    "kit": {"cache", "message", "prepared", "search"},
    "learning": {"budget", "byte_range", "coverage", "entitlement", "message", "terms"},
    "ledger": {"counting", "invariants", "recount", "record_file", "standing"},
    "licences": {
        "card",
        "eligibility",
        "envelope",
        "exchange",
        "invariants",
        "machine",
        "result_file",
        "standing",
        "terms",
    },
    "marking": {"allocation", "invariants", "measuring", "message", "policy", "rubric"},
    "mentorship": {"invariants", "terms"},
    "papers": {"balance", "chance", "docx", "drawing", "measuring", "printing"},
    "people": {"access", "device", "hashers", "lockout", "names", "passwords", "personnel_file", "sessions", "upload"},
    "pool": {"terms"},
    "portal": {"benchmarks", "demo", "desk", "duties", "links", "readiness", "tally"},
    "sittings": {
        "admission",
        "alignment",
        "candidate_file",
        "deadline",
        "filling",
        "message",
        "saving",
        "shape",
        "sheet",
        "token",
    },
    "results": {"entitlement", "invariants", "rates", "registry", "terms"},
    "rules": {"defaults", "formula", "shapes", "wording"},
    "training": {
        "calendar_feed",
        "clashes",
        "duty_file",
        "entitlement",
        "fitness",
        "guest_file",
        "invariants",
        "paper",
        "plan_file",
        "planning",
        "sampling",
        "scoring",
        "seats",
        "sign_code",
        "sign_terms",
        "venue_use",
        "week",
        "workdays",
    },
    "statistics": {
        "answered",
        "bank_panel",
        "discrimination",
        "distractors",
        "distribution",
        "figures",
        "frozen",
        "groups",
        "measuring",
        "moments",
        "options",
        "pace",
        "plots",
        "reliability",
        "response_file",
        "similarity",
        "terms",
        "wording",
    },
    "studios": {"scoring"},
    "venues": {"opening"},
    "sheets": {"archive", "export", "picture", "survey", "table", "textfile", "workbook"},
}
ABOVE = [
    "portal", "licences", "results", "statistics", "marking", "sittings", "training", "learning", "papers", "bank", "studios", "mentorship", "bases", "development", "classrooms", "venues", "pool", "catalogue", "ledger", "certificates", "rules",
    "jobs", "notices", "people", "kit", "audit",
    "sheets",
]  # fmt: skip
AT_THE_TOP = {
    "lms", "courses", "exams", "instructors", "templates", "static", "tests", "docs", "deploy", "manage.py",
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "requirements.lock",
    "requirements-dev.lock", "package.json", "package-lock.json", "node_modules",
}  # fmt: skip


def local_apps():
    return [config for config in apps.get_app_configs() if config.name.split(".")[0] in HOUSES]


def python_files():
    return [path for house in HOUSES for path in (ROOT / house).rglob("*.py") if "migrations" not in path.parts]


def test_every_app_has_a_rank():
    assert {config.label for config in local_apps()} == set(ABOVE)


def test_every_relation_points_down():
    wrong = [
        f"{model._meta.label}.{field.name}"
        for config in local_apps()
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if field.related_model._meta.app_label in ABOVE
        if ABOVE.index(field.related_model._meta.app_label) < ABOVE.index(config.label)
    ]
    assert wrong == []


def test_only_known_module_names():
    wrong = [
        str(path.relative_to(ROOT))
        for config in local_apps()
        for path in Path(config.path).iterdir()
        if path.name != "__pycache__" and path.stem not in MODULES | NOUNS.get(config.label, set())
    ]
    assert wrong == []


def test_only_known_names_at_the_top():
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= AT_THE_TOP


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_grows_past_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
