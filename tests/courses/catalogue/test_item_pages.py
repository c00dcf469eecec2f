"""The console's import of enforcement items: upload, preview, confirm."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.catalogue.models import ItemCode
from courses.catalogue.services.item_codes import OPTIONAL, REQUIRED
from lms.audit.models import AuditEvent
from lms.people.access import Role
from lms.sheets.table import read_table
from tests import factory

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/catalogue/items/import/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT, settings.STAFF_SECOND_FACTOR_REQUIRED = tmp_path, False
    return tmp_path / "imports"


@pytest.fixture
def office(client, access, districts):
    user = factory.make_staff(Role.CITY_OFFICE, districts["XH"].get_parent())
    client.force_login(user)
    return user


def send(client, *rows, name="清单.csv"):
    text = "\n".join(["事项代码,事项名称,执法领域", *rows])
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, text.encode())})


def confirm(client, url: str, page):
    return client.post(f"{url}confirm/", {"fingerprint": page.context["plan"].fingerprint})


def test_nothing_is_written_before_the_confirmation(client, office, folder):
    ItemCode.objects.create(code="A-1", name="旧名")
    url = send(client, "A-1,新名,市容", "A-2,另一项,", "A-3,第三项,").url
    page = client.get(url)
    assert page.context["plan"].counts == {"added": 2, "changed": 1, "unchanged": 0}
    assert "旧名（无领域） → 新名（市容）" in page.content.decode()
    assert ItemCode.objects.get().name == "旧名"
    assert confirm(client, url, page).url == reverse("itemcode:index")
    assert dict(ItemCode.objects.values_list("code", "name")) == {"A-1": "新名", "A-2": "另一项", "A-3": "第三项"}
    assert AuditEvent.objects.get(action="catalogue.import_item_codes").actor == str(office)
    assert list(folder.glob("*")) == []
    assert client.get(url).status_code == 404


def test_faults_are_named_by_row_and_column(client, office, folder):
    page = send(client, "A-1,,", "A-1,重复,")
    found = [(one.row, one.column, one.code) for one in page.context["problems"]]
    assert page.status_code == 422
    assert found == [(2, "事项名称", "blank"), (3, "事项代码", "duplicate")]
    assert not folder.exists()
    assert client.post(UPLOAD).status_code == 400


def test_what_changed_meanwhile_is_shown_again(client, office):
    url = send(client, "A-1,新名,").url
    page = client.get(url)
    ItemCode.objects.create(code="A-1", name="别人写的")
    again = confirm(client, url, page)
    assert again.status_code == 409
    assert ItemCode.objects.get().name == "别人写的"
    assert confirm(client, url, again).status_code == 302
    assert ItemCode.objects.get().name == "新名"


def test_the_file_can_be_dropped_and_is_of_one_session(client, office, folder):
    url = send(client, "A-1,新名,").url
    other = type(client)()
    other.force_login(office)
    assert other.get(url).status_code == 404
    assert client.post(f"{url}cancel/").url == UPLOAD
    assert list(folder.glob("*")) == []


def test_eleven_rows_cost_what_one_costs(client, office):
    def queries(count: int) -> int:
        url = send(client, *(f"A-{number},名,".replace("名", f"名{number}") for number in range(count))).url
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        return len(found)

    queries(1)
    assert queries(1) == queries(11)


def test_the_template_can_be_filled_in(client, office):
    data = client.get(f"{UPLOAD}template/").content
    assert read_table(data, filename="a.xlsx", required=REQUIRED, optional=OPTIONAL).rows == []
    assert UPLOAD in client.get(reverse("itemcode:index")).content.decode()


@pytest.mark.parametrize("role", [Role.COURSE_EDITOR, Role.LEGAL_OFFICE, Role.DISTRICT_OFFICE])
def test_other_roles_are_refused(client, access, districts, role):
    client.force_login(factory.make_staff(role, districts["XH"]))
    for page in ("", "template/", f"{'0' * 32}/"):
        assert client.get(UPLOAD + page).status_code == 403
    assert client.post(f"{UPLOAD}{'0' * 32}/confirm/").status_code == 403
    assert UPLOAD not in client.get(reverse("itemcode:index")).content.decode()
