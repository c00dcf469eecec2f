from django.apps import AppConfig


class PoolConfig(AppConfig):
    name = "instructors.pool"
    label = "pool"
    verbose_name = "师资库"
