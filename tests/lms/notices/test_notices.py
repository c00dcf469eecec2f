import smtplib

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.notices.models import Delivery, Notice
from lms.notices.services import edit_notice, mark_read, notify, send_mail, send_notice
from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(officer, client):
    client.force_login(officer.user)
    return officer.user


def test_message_reaches_the_list_and_today(reader, client, rules):
    notify([reader], title="证书已签发", body="请查看", link="/me/")
    assert client.get("/").context["unread"] == 1
    delivery = client.get("/notices/").context["page"][0]
    assert delivery.notice.title == "证书已签发"
    assert 'href="/me/"' in client.get(f"/notices/{delivery.pk}/").content.decode()
    assert client.get("/me/").context["unread"] == 0


def test_somebody_elses_message_is_not_there(reader, client):
    notify([factory.make_user()], title="给别人")
    assert client.get(f"/notices/{Delivery.objects.get().pk}/").status_code == 404


def test_all_read_at_once_but_only_mine(reader, client):
    other = factory.make_user()
    for title in ("一", "二"):
        notify([reader, other], title=title)
    assert client.get("/notices/read/").status_code == 405
    client.post("/notices/read/")
    assert Delivery.objects.of(reader).unread().count() == 0
    assert Delivery.objects.of(other).unread().count() == 2
    assert mark_read(reader) == 0


def test_reminder_reaches_each_once(reader):
    late = factory.make_user(email="late@example.test")
    assert notify([reader], title="还差12学时", once_key="gap:2026-11") == 1
    assert notify([reader, late], title="还差12学时", once_key="gap:2026-11", email=True) == 1
    assert notify([reader, late], title="还差12学时", once_key="gap:2026-11", email=True) == 0
    assert Notice.objects.count() == 2
    assert Delivery.objects.of(reader).count() == 1
    assert late.deliveries.count() == 2


def test_list_costs_the_same_with_more_messages(reader, client):
    notify([reader], title="一")
    client.get("/notices/")
    with CaptureQueriesContext(connection) as few:
        client.get("/notices/")
    for number in range(10):
        notify([reader], title=str(number))
    with CaptureQueriesContext(connection) as many:
        client.get("/notices/")
    assert len(many) == len(few)


# --- e-mail -----------------------------------------------------------------------------
@pytest.fixture
def by_mail():
    user = factory.make_user(email="a@example.test")
    notify([user, factory.make_user()], title="证书已签发", body="请查看", email=True)
    return user.deliveries.get(channel="EMAIL")


def test_mail_goes_once_and_only_to_those_with_an_address(by_mail):
    assert (send_mail(), send_mail()) == (1, 0)
    assert [message.to for message in mail.outbox] == [["a@example.test"]]
    by_mail.refresh_from_db()
    assert by_mail.state == "SENT"


def fail_with(monkeypatch, error):
    def send(message):
        raise error

    monkeypatch.setattr("lms.notices.services.EmailMessage.send", send)


def test_refused_address_is_given_up_with_the_reason(by_mail, monkeypatch):
    fail_with(monkeypatch, smtplib.SMTPRecipientsRefused({}))
    for _ in range(4):
        assert send_mail() == 0
    by_mail.refresh_from_db()
    assert (by_mail.state, by_mail.attempts) == ("FAILED", 3)
    assert "SMTPRecipientsRefused" in by_mail.failure


def test_mail_server_away_costs_no_attempt(by_mail, monkeypatch):
    fail_with(monkeypatch, ConnectionRefusedError())
    for _ in range(4):
        send_mail()
    by_mail.refresh_from_db()
    assert (by_mail.state, by_mail.attempts) == ("WAITING", 0)


# --- a notice of the office ---------------------------------------------------------------
@pytest.fixture
def office(access, districts, client):
    user = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    client.force_login(user)
    return user


def test_office_writes_edits_and_sends_to_its_unit(office, officer, districts, client):
    factory.make_officer(districts["PD-01"])
    fields = {"kind": "ANNOUNCEMENT", "title": "补训通知", "body": "请于月底前完成", "unit": districts["XH"].pk}
    assert client.post("/admin/notice/new/", fields).status_code == 302
    notice = Notice.objects.get()
    assert notice.made_by == office
    client.post(f"/admin/notice/edit/{notice.pk}/", fields | {"title": "补训安排"})
    assert "共1人" in client.get(f"/admin/notice/send/{notice.pk}/").content.decode()
    assert client.post(f"/admin/notice/send/{notice.pk}/").status_code == 302
    assert Delivery.objects.get().user == officer.user
    assert Delivery.objects.get().notice.title == "补训安排"


def test_office_cannot_write_to_another_district(office, districts, client):
    fields = {"kind": "ANNOUNCEMENT", "title": "x", "body": "", "unit": districts["PD"].pk}
    assert client.post("/admin/notice/new/", fields).status_code == 200
    assert Notice.objects.count() == 0


@pytest.fixture
def sent(officer, districts) -> Notice:
    notice = Notice.objects.create(title="通知", unit=districts["XH"], made_by=factory.make_user())
    return send_notice(notice, actor=notice.made_by)


def test_sent_notice_is_neither_edited_nor_sent_again(sent):
    for act in (edit_notice, send_notice):
        with pytest.raises(ValidationError) as refusal:
            act(sent, actor=sent.made_by)
        assert refusal.value.code == "already_sent"
    assert Delivery.objects.count() == 1


def test_nobody_there_is_said_before_it_counts_as_sent(districts):
    notice = Notice.objects.create(title="通知", unit=districts["PD-02"], made_by=factory.make_user())
    with pytest.raises(ValidationError) as refusal:
        send_notice(notice, actor=notice.made_by)
    assert refusal.value.code == "nobody"
    notice.refresh_from_db()
    assert notice.sent_at is None
