from django.apps import AppConfig


class VenuesConfig(AppConfig):
    name = "instructors.venues"
    label = "venues"
    verbose_name = "培训场所"
