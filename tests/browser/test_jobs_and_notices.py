"""The job's page on a desk and the messages on a phone, as people see them."""

import pytest

from lms.jobs.models import Job
from lms.notices.services import notify
from lms.people.access import Role
from tests import factory
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "关于全面落实执法人员年度教育训练任务并按期完成线上必修课程学习与考核的提醒通知（第二批）"


@pytest.fixture
def office(access, rules, districts):
    return factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"], "office", name="周敏", password=factory.PASSWORD)


def faults(desk) -> list[str]:
    """Ours: the label of Wagtail's own logo is not."""
    return [fault for fault in desk.serious_faults() if "sidebar-custom-branding" not in fault]


def make_job(actor, unit, **fields) -> Job:
    job = Job.objects.create(
        kind="test.page", title="签发结业证书：依法履职与文明执法", actor=actor, unit=unit, **fields
    )
    for number in range(job.held):
        job.lines.create(what=f"测试员·浦东·{number:04d}", text="姓名含有字体没有的字“𠮷”，请补充字体后重试")
    for number in range(3):
        job.lines.create(text=f"已签发至CGXT-2026-000{number}12")
    return job


def test_job_page_counts_on_by_itself(visit, office, districts):
    job = make_job(
        office, districts["PD"], state="RUNNING", total=1000, done=340, held=3, started_at="2026-11-21T10:00Z"
    )
    desk = visit(DESK)
    desk.sign_in("office", factory.PASSWORD)
    desk.go(job.page)
    assert "340/1,000" in desk.page.inner_text("main")
    assert faults(desk) == []
    desk.shot("job-running")
    Job.objects.filter(pk=job.pk).update(done=720)
    desk.page.wait_for_selector("text=720/1,000")
    Job.objects.filter(pk=job.pk).update(
        done=1000, state="DONE", ended_at="2026-11-21T10:02Z", result={"已签发": "997份"}, result_link="/admin/"
    )
    desk.page.wait_for_selector("text=查看结果")
    assert faults(desk) == []
    desk.shot("job-done")
    assert desk.complaints == []


def test_failed_and_empty_jobs_and_their_list(visit, office, districts):
    failed = make_job(
        office,
        districts["PD"],
        state="NEEDS_HUMAN",
        attempts=3,
        total=20,
        done=4,
        failure="处理时反复中断，已停止重试，请联系系统管理员。",
    )
    queued = make_job(office, districts["PD"])
    desk = visit(DESK)
    desk.sign_in("office", factory.PASSWORD)
    for name, path in (
        ("failed", failed.page),
        ("queued", queued.page),
        ("list", "/admin/job/"),
        ("cancel", f"/admin/job/cancel/{queued.pk}/"),
        ("notice-new", "/admin/notice/new/"),
    ):
        desk.go(path)
        assert faults(desk) == [], name
        desk.shot(f"job-{name}")


def test_messages_on_a_phone(visit, rules, officer):
    phone = visit(PHONE)
    phone.sign_in("T-XH-0173", factory.PASSWORD)
    phone.go("/notices/")
    phone.shot("notices-empty")
    notify(
        [officer.user],
        title=LONG,
        body="您还差26.00学时、10.4学分。\n\n请于12月31日前完成，有疑问请联系单位训练员。",
        link="/learn/",
    )
    for number in range(23):
        notify([officer.user], title=f"证书已签发（{number}）", body="请到“我”中查看。")
    for name, path in (("list", "/notices/?page=2"), ("today", "/"), ("me", "/me/")):
        phone.go(path)
        assert phone.serious_faults() == [], name
        phone.shot(f"notices-{name}")
    phone.go("/notices/?page=2")
    phone.page.click(f"text={LONG[:10]}")
    phone.page.wait_for_selector("text=去查看")
    assert phone.serious_faults() == []
    phone.shot("notices-message")
    phone.go("/notices/")
    phone.page.click("text=全部标为已读")
    phone.page.wait_for_load_state()
    assert "未读" not in phone.page.inner_text("main")
    assert phone.complaints == []
