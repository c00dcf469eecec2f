from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "exams.bank"
    label = "bank"
    verbose_name = "题库"
