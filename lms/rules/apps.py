from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "lms.rules"
    label = "rules"
    verbose_name = "规则"
