from threading import Barrier, Thread

import pytest
from django.db import connection

from lms.audit.models import AuditEvent
from lms.people.models import Officer, Posting
from lms.people.services.imports import import_people
from tests import factory

from . import personnel


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_queue():
    district = factory.make_district(factory.make_city(), "XH")
    factory.make_unit(district, "XH-01")
    data = personnel.xlsx(*personnel.many(200, ["XH-01"]))
    start, created, faults = Barrier(4), [], []

    def race():
        try:
            start.wait(20)
            created.append(import_people(data, "a.xlsx", actor="测试").counts["created"])
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert sorted(created) == [0, 0, 0, 200]
    assert Officer.objects.count() == Posting.objects.count() == 200
    assert AuditEvent.objects.filter(action="people.import").count() == 4
