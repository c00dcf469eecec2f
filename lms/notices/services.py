import smtplib
import socket
from collections.abc import Iterable

import structlog
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.notices.models import Delivery, Notice
from lms.people.models import Officer, User
from lms.people.querysets import in_units

MAIL_ATTEMPTS = 3
MAIL_BATCH = 100
SERVER_AWAY = (ConnectionError, TimeoutError, socket.gaierror, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)
log = structlog.get_logger(__name__)


@transaction.atomic
def notify(
    users: Iterable, *, title: str, body: str = "", link: str = "", once_key: str = "", email: bool = False
) -> int:
    """Tell people something; with a `once_key` each is told once, however often this is called. Says how many."""
    notice = Notice.objects.create(title=title, body=body, link=link, sent_at=timezone.now())
    told = _deliver(notice, users, once_key=once_key, email=email)
    if not told:
        notice.delete()
    return told


def _deliver(notice: Notice, users: Iterable, *, once_key: str = "", email: bool = False) -> int:
    rows = []
    for user in users:
        rows.append(Delivery(notice=notice, user=user, channel="IN_APP", state="SENT", sent_at=notice.sent_at))
        if email and user.email:
            rows.append(Delivery(notice=notice, user=user, channel="EMAIL"))
    for row in rows:
        row.once_key = once_key
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return notice.deliveries.filter(channel="IN_APP").count()


def receivers(notice: Notice):
    """Whom a notice to a unit reaches."""
    officers = Officer.objects.in_service().filter(in_units([notice.unit], "unit"))
    return User.objects.filter(officer__in=officers, is_active=True)


@transaction.atomic
def draft_notice(notice: Notice, *, actor) -> Notice:
    notice.made_by = actor
    notice.save()
    record("notices.draft", actor=actor, target=notice, title=notice.title)
    return notice


@transaction.atomic
def edit_notice(notice: Notice, *, actor) -> Notice:
    _locked_draft(notice)
    notice.save()
    record("notices.edit", actor=actor, target=notice, title=notice.title)
    return notice


@transaction.atomic
def send_notice(notice: Notice, *, actor, email: bool = False) -> Notice:
    notice = _locked_draft(notice)
    notice.sent_at = timezone.now()
    notice.save(update_fields=["sent_at"])
    told = _deliver(notice, receivers(notice), email=email)
    if not told:
        raise ValidationError("该范围内没有在职人员。", code="nobody")
    record("notices.send", actor=actor, target=notice, people=told, email=email)
    return notice


def _locked_draft(notice: Notice) -> Notice:
    stored = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if stored.sent_at:
        raise ValidationError("消息已发出，不能再改。", code="already_sent")
    return stored


def mark_read(user, deliveries=None) -> int:
    """All of a user's messages, or those of them that are in `deliveries`."""
    rows = Delivery.objects.of(user).unread()
    if deliveries is not None:
        rows = rows.filter(pk__in=[delivery.pk for delivery in deliveries])
    return rows.update(read_at=timezone.now())


def send_mail() -> int:
    """Waiting e-mails, each in a transaction of its own; stops when the mail server is away. Says how many went."""
    sent = 0
    for pk in list(Delivery.objects.mail_to_send().values_list("pk", flat=True)[:MAIL_BATCH]):
        try:
            sent += _send_one(pk)
        except SERVER_AWAY as error:
            log.warning("mail server away", error=type(error).__name__)
            break
    return sent


@transaction.atomic
def _send_one(pk: int) -> bool:
    """A refused address is given up after some attempts, with the reason."""
    waiting = Delivery.objects.mail_to_send().select_related("notice", "user").filter(pk=pk)
    row = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return False
    row.attempts += 1
    try:
        EmailMessage(row.notice.title, row.notice.body, to=[row.user.email]).send()
    except SERVER_AWAY:
        raise
    except (OSError, ValueError) as error:
        row.failure = f"{type(error).__name__}: {error}"[:200]
        row.state = Delivery.State.FAILED if row.attempts >= MAIL_ATTEMPTS else Delivery.State.WAITING
    else:
        row.state, row.sent_at, row.failure = Delivery.State.SENT, timezone.now(), ""
    row.save(update_fields=["attempts", "state", "sent_at", "failure"])
    return row.state == Delivery.State.SENT
