from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "lms.kit"
    label = "kit"
    verbose_name = "基础"
