from django.apps import AppConfig


class StudiosConfig(AppConfig):
    name = "instructors.studios"
    label = "studios"
    verbose_name = "师资工作室"
