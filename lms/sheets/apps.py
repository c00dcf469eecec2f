from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "lms.sheets"
    label = "sheets"
    verbose_name = "表格"
