"""Upload, preview, confirm: nothing is written before the confirmation, and nothing is left behind."""

import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.people import upload as uploads
from lms.people.models import Officer
from lms.people.personnel_file import MAX_ROWS
from lms.sheets.table import MAX_FILE_BYTES, read_table
from tests import factory

from . import personnel
from .personnel import person, xlsx

UPLOAD = "/admin/people/import/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return tmp_path / "imports"


@pytest.fixture
def office(client, access, districts):
    user = factory.make_staff("DISTRICT_OFFICE", districts["XH"])
    client.force_login(user)
    return user


def send(client, data: bytes, name="名册.xlsx"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, data)})


def previewed(client, *rows):
    response = send(client, xlsx(*rows))
    return response.url, client.get(response.url)


def confirm(client, url: str, page):
    return client.post(f"{url}confirm/", {"fingerprint": page.context["outcome"].fingerprint})


def kept(folder) -> list:
    return list(folder.glob("*")) if folder.exists() else []


def test_walk_from_upload_to_done(client, office, districts, folder):
    factory.make_officer(districts["XH-01"], "T-9", name="旧名")
    url, page = previewed(client, person(), person(人员编号="T-9", 姓名="新名"))
    assert page.context["consequence"] == "将新增1人，更新1人"
    assert "旧名 → 新名" in page.content.decode()
    assert Officer.objects.count() == 1
    (file,) = kept(folder)
    assert file.stat().st_mode & 0o077 == 0
    response = confirm(client, url, page)
    assert response.url == reverse("people_import:done")
    assert client.get(response.url).context["done"]["created"] == 1
    assert (Officer.objects.count(), kept(folder)) == (2, [])
    assert confirm(client, url, page).url == response.url


def test_errors_are_listed_and_can_be_taken_along(client, office, folder):
    url, page = previewed(client, person(姓名=""), person(人员编号="T-2", 单位编码="PD-01"))
    assert [problem.code for problem in page.context["errors"]] == ["blank", "out_of_scope"]
    assert "confirm/" not in page.content.decode()
    table = read_table(client.get(f"{url}errors/").content, filename="a.xlsx")
    assert [(row.cells["行"], row.cells["代码"]) for row in table.rows] == [("2", "blank"), ("3", "out_of_scope")]
    event = AuditEvent.objects.get(action="people.refuse_import")
    assert (event.detail["errors"], event.detail["codes"]) == (2, ["blank", "out_of_scope"])
    assert confirm(client, url, page).status_code == 409
    assert Officer.objects.count() == 0


def test_confirmation_is_of_what_was_shown(client, office, districts, folder):
    url, page = previewed(client, person())
    factory.make_officer(districts["XH-02"], "T-XH-0001", name="别人")
    response = confirm(client, url, page)
    assert response.status_code == 409
    assert response.context["consequence"] == "将调动1人"
    assert Officer.objects.get().name == "别人"
    assert confirm(client, url, response).status_code == 302


def test_confirmation_meets_the_database_as_it_is(client, office, districts, folder):
    url, page = previewed(client, person())
    factory.make_officer(districts["PD-01"], "T-XH-0001", name="别区的人")
    response = confirm(client, url, page)
    assert response.status_code == 409
    assert [problem.code for problem in response.context["errors"]] == ["out_of_scope"]
    assert len(kept(folder)) == 1


def test_token_is_of_one_session_and_one_file(client, office, access, districts, folder):
    url, page = previewed(client, person())
    other = type(client)()
    other.force_login(office)
    assert other.get(url).status_code == 404
    assert other.post(f"{url}confirm/").status_code == 404
    kept(folder)[0].write_bytes(xlsx(person(姓名="换了")))
    assert client.get(url).status_code == 404
    assert confirm(client, url, page).status_code == 404
    assert Officer.objects.count() == 0


def test_new_upload_takes_the_place_of_the_old(client, office, folder):
    first, _ = previewed(client, person())
    previewed(client, person(姓名="李四"))
    assert len(kept(folder)) == 1
    assert client.get(first).status_code == 404


def test_cancelled_and_forgotten_files_go(client, office, folder):
    url, _ = previewed(client, person())
    assert client.post(f"{url}cancel/").url == UPLOAD
    assert kept(folder) == []
    previewed(client, person())
    (file,) = kept(folder)
    os.utime(file, (time.time() - 25 * 3600,) * 2)
    call_command("sweep_imports")
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"x" * (MAX_FILE_BYTES + 1), "a.xlsx", 413, "too_large"),
        (b"x", "a.xlsx", 422, "not_xlsx"),
        (b"x", "a.exe", 422, "unknown_format"),
        (b"\xd0\xcf\x11\xe0", "a.xls", 422, "old_format"),
        (personnel.csv(*[person()] * (MAX_ROWS + 1)), "a.csv", 422, "too_many_rows"),
        (xlsx(headings=personnel.HEADINGS), "a.xlsx", 422, "no_rows"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value),
)
@pytest.mark.usefixtures("office")
def test_refused_file_leaves_nothing_behind(client, folder, data, name, status, code):
    response = send(client, data, name)
    assert response.status_code == status
    assert response.context["problems"][0].code == code
    assert kept(folder) == []
    assert uploads.KEY not in client.session


def test_no_file_is_refused(client, office):
    assert client.post(UPLOAD).status_code == 400


def test_nothing_to_do_offers_no_button(client, office):
    url, page = previewed(client, person())
    confirm(client, url, page)
    url, page = previewed(client, person())
    assert page.context["consequence"] == ""
    assert "confirm/" not in page.content.decode()


@pytest.mark.parametrize("role", ["TEAM_CLERK", "STREET_MANAGER", "HR", "AUDITOR", "SECURITY_ADMIN"])
def test_other_roles_are_refused(client, access, districts, role):
    client.force_login(factory.make_staff(role, districts["XH"]))
    for page in ("", "template/", "done/", f"{'0' * 32}/", f"{'0' * 32}/errors/"):
        assert client.get(UPLOAD + page).status_code == 403
    assert client.post(UPLOAD + f"{'0' * 32}/confirm/").status_code == 403


def test_page_asks_as_much_of_the_database_for_eleven_rows_as_for_one(client, office, django_assert_max_num_queries):
    def queries(count: int) -> int:
        url, _ = previewed(client, *personnel.many(count, ["XH-01"]))
        with django_assert_max_num_queries(40) as captured:
            client.get(url)
        return len(captured)

    queries(1)
    assert queries(1) == queries(11)


def test_template_can_be_filled_in_and_sent_back(client, office):
    data = client.get(f"{UPLOAD}template/").content
    assert read_table(data, filename="a.xlsx", required=personnel.REQUIRED, optional=personnel.OPTIONAL).rows == []
