from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "exams.papers"
    label = "papers"
    verbose_name = "组卷"
