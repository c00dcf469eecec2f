from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "courses.training"
    label = "training"
    verbose_name = "培训班"
