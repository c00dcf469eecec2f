import json
import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from exams.bank.formats import READERS
from exams.bank.formats.reading import MAX_BYTES, Note, Reading
from exams.bank.models import QuestionBank
from exams.bank.services.importing import Outcome, import_questions, read_questions, write_drafts
from exams.bank.types import LABELS
from lms.people.models import OrgUnit, User

FIRST_BANK = "general"


class Command(BaseCommand):
    help = "Read a file of questions into a bank as drafts: all of it or nothing. Exit 1 where there are errors."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="auto", choices=["auto", *READERS])
        parser.add_argument("--bank", default=FIRST_BANK, help="the bank's code")
        parser.add_argument("--as", dest="actor", default="COMMAND-LINE", help="the setter's user name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
        parser.add_argument("--rows", action="store_true", help="write the good rows although others have errors")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, file: Path, **options):
        outcome = self._outcome(file, options)
        self._print_json(outcome) if options["json"] else self._print(outcome, options["dry_run"])
        if not outcome.is_clean:
            sys.exit(1)

    def _outcome(self, file: Path, options: dict) -> Outcome:
        try:
            with file.open("rb") as content:
                data = content.read(MAX_BYTES + 1)
            outcome = read_questions(data, file.name, options["format"])
            if not options["dry_run"] and (outcome.is_clean or options["rows"]):
                write = write_drafts if options["rows"] else import_questions
                write(outcome, data, file.name, bank=bank(options["bank"]), actor=setter(options["actor"]))
        except OSError as error:
            return _failed(f"打不开文件：{error.strerror}。")
        except ValidationError as refusal:
            return _failed(" ".join(refusal.messages))
        return outcome

    def _print_json(self, outcome: Outcome) -> None:
        self.stdout.write(json.dumps(outcome.as_dict(), ensure_ascii=False))

    def _print(self, outcome: Outcome, dry_run: bool) -> None:
        found = outcome.as_dict()
        unit = {"row": "行", "line": "行"}[outcome.reading.unit]
        for label, name in (("错误", "errors"), ("不支持", "unsupported"), ("提示", "warnings")):
            for note in getattr(outcome.reading, name):
                place = f"第{note.place}{unit}" if note.place else "文件"
                self.stdout.write(f"{label} {place} {note.field}：{note.message}")
        counts = "，".join(f"{LABELS[code]}{count}" for code, count in found["by_type"].items())
        done = "试运行，未写入" if dry_run else f"写入{outcome.written}题，已有{outcome.known}题"
        self.stdout.write(f"共{found['questions']}题（{counts}），{len(found['errors'])}处错误；{done}。")


def _failed(message: str) -> Outcome:
    return Outcome("", Reading(errors=[Note(None, "", message)]))


def bank(code: str) -> QuestionBank:
    """The bank; the general one is made when it is first needed. ValidationError for any other there is not."""
    if found := QuestionBank.objects.select_related("unit").filter(code=code).first():
        return found
    city = OrgUnit.objects.filter(kind=OrgUnit.Kind.CITY).first()
    if code != FIRST_BANK or city is None:
        raise ValidationError(f"没有代码为“{code}”的题库，请先在后台新建。", code="no_bank")
    return QuestionBank.objects.get_or_create(code=code, defaults={"name": "综合题库", "unit": city})[0]


def setter(username: str) -> User:
    """Who signs the drafts: somebody there is, or the command line, who can review nothing."""
    if username != "COMMAND-LINE":
        if found := User.objects.filter(username__iexact=username, is_active=True).first():
            return found
        raise ValidationError(f"没有用户“{username}”。", code="no_user")
    user, made = User.objects.get_or_create(username=username, defaults={"first_name": "命令行", "is_active": False})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
