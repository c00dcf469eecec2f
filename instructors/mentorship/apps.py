from django.apps import AppConfig


class MentorshipConfig(AppConfig):
    name = "instructors.mentorship"
    label = "mentorship"
    verbose_name = "师带徒"

    def ready(self):
        from instructors.mentorship.invariants import INVARIANTS
        from lms.ledger.invariants import contribute

        contribute(*INVARIANTS)
