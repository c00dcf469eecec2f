from django.apps import AppConfig


class ClassroomsConfig(AppConfig):
    name = "instructors.classrooms"
    label = "classrooms"
    verbose_name = "智慧教室"
