from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig


class PeopleConfig(AppConfig):
    default = True
    name = "lms.people"
    label = "people"
    verbose_name = "人员与单位"


class DevicesConfig(UserSessionsConfig):
    """allauth's list of devices, which reads every session of a person at each sign-in, one after the other; ours does not."""

    default = False

    def ready(self):
        super().ready()
        from allauth.account.signals import user_logged_in
        from allauth.usersessions.signals import on_user_logged_in

        from lms.people.sessions import list_device

        user_logged_in.disconnect(on_user_logged_in)
        user_logged_in.connect(list_device)
