from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "courses.learning"
    label = "learning"
    verbose_name = "学习"

    def ready(self):
        from courses.learning.entitlement import PREFIX, CompletedCourses
        from lms.certificates.entitlement import register

        register(PREFIX, CompletedCourses())
