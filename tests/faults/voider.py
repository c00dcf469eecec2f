"""What a process does that voids an exam and is killed on the way: after a write to a table, or before the commit ("end")."""

import os
import signal

from django.db import connection, transaction

from exams.results.models import ExamVoiding
from exams.results.registry import Dependant, register_dependants
from exams.results.services.voiding import void_exam
from lms.people.models import User

WRITES = ("INSERT", "UPDATE")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(voiding: str, actor: str, place: str) -> None:
    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith(WRITES) and f'"{place}"' in sql:
            die()
        return result

    register_dependants(lambda outcomes: [Dependant(one, f"cards.card:{one.pk}", "执法证") for one in outcomes])
    row, user = ExamVoiding.objects.get(pk=voiding), User.objects.get(pk=actor)
    with transaction.atomic(), connection.execute_wrapper(watch):
        void_exam(row, actor=user)
        if place == "end":
            die()
