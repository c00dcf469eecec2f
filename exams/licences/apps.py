from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "exams.licences"
    label = "licences"
    verbose_name = "行政执法证"

    def ready(self):
        from exams.licences.invariants import INVARIANTS
        from exams.licences.services.resting import certificates_on
        from exams.licences.services.verifying import Licences
        from exams.results.registry import register_dependants
        from lms.certificates.answers import register
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS)
        register_dependants(certificates_on)
        register(self.label, Licences())
