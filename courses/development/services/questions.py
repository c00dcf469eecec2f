"""Questions that the bank took in: their authors are named by one person of the office and credited by another."""

from django.db import transaction

from courses.development.models import Output
from courses.development.services.rights import ADD, must_hold
from lms.audit.services import record


@transaction.atomic
def register_question(output: Output, *, actor) -> Output:
    must_hold(actor, ADD, output.unit)
    output.kind, output.host, output.made_by = Output.Kind.QUESTION, output.unit, actor
    output.validate_constraints()
    output.save(force_insert=True)
    record("development.register_question", actor=actor, target=output, reference=output.reference)
    return output
