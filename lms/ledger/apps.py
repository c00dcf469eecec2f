from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "lms.ledger"
    label = "ledger"
    verbose_name = "学时学分台账"
