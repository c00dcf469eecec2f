from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "exams.results"
    label = "results"
    verbose_name = "成绩"

    def ready(self):
        from exams.results.entitlement import PREFIX, PassedExams
        from exams.results.invariants import EVIDENCE, INVARIANTS
        from exams.results.registry import register_dependants
        from exams.results.services.resting import completions_on
        from lms.certificates.entitlement import register
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS, evidence=EVIDENCE)
        register(PREFIX, PassedExams())
        register_dependants(completions_on)
