"""Sessions and their users, read for every page: by statements that are prepared once."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.db.models import Exists, OuterRef
from django.utils import timezone

from lms.kit.prepared import Prepared, execute
from lms.people.models import RoleGrant, User

_SESSION = "SELECT session_data, expire_date FROM django_session WHERE session_key = $1::text AND expire_date > $2::timestamptz"


class SessionStore(db.SessionStore):
    """Kept in the database, as Django does."""

    def _get_session_from_db(self):
        rows = execute(_SESSION, [self.session_key, timezone.now()])
        if rows:
            data, expires = rows[0]
            return self.model(session_key=self.session_key, session_data=data, expire_date=expires)
        self._session_key = None
        return None


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
