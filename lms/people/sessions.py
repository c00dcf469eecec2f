"""Sessions and their users, read for every page: by statements that are prepared once."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import get_random_string

from lms.kit.prepared import Prepared, execute
from lms.people.models import RoleGrant, User

_READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = $1::text AND expire_date > $2::timestamptz"
_ADD = """INSERT INTO django_session (session_key, session_data, expire_date) VALUES ($1::text, $2::text, $3::timestamptz)
  ON CONFLICT DO NOTHING RETURNING true"""
_CHANGE = """UPDATE django_session SET session_data = $2::text, expire_date = $3::timestamptz
  WHERE session_key = $1::text RETURNING true"""
_KEY_LENGTH = 32


class SessionStore(db.SessionStore):
    """Kept in the database, as Django does."""

    def _get_session_from_db(self):
        rows = execute(_READ, [self.session_key, timezone.now()])
        if rows:
            data, expires = rows[0]
            return self.model(session_key=self.session_key, session_data=data, expire_date=expires)
        self._session_key = None
        return None

    def save(self, must_create=False):
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)
        row = [self._get_or_create_session_key(), self.encode(data), self.get_expiry_date()]
        if not execute(_ADD if must_create else _CHANGE, row):
            raise CreateError if must_create else UpdateError
        return None

    def _get_new_session_key(self):
        """Drawn, not looked up: `create` draws again where one is taken."""
        return get_random_string(_KEY_LENGTH, VALID_KEY_CHARS)


def list_device(sender, request, user, **kwargs) -> None:
    """The device a person signs in by, in place of those whose sessions are over."""
    theirs = UserSession.objects.filter(user=user)
    theirs.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
    UserSession.objects.create_from_request(request)


def _with_duty(pk: int):
    grants = RoleGrant.objects.current().filter(user=OuterRef("pk"))
    return User.objects.annotate(is_on_duty=Exists(grants)).filter(pk=pk)


_ACCOUNT = Prepared(_with_duty)


class AccountBackend(AuthenticationBackend):
    """Knows at once of most people that they hold no role."""

    def get_user(self, user_id):
        user = _ACCOUNT.first(user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_on_duty:
            user.current_grants = []
        return user
