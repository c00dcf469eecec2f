import time
import pytest, time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from datetime import timedelta
from lms.portal.views import officer as views
from courses.training.services.roll_call import close_roll
from tests.courses.training.rolls import make_roll
from tests import factory
@pytest.mark.django_db
def test_q(rules, access, districts, client, monkeypatch):
    session,(learner,*rest)=make_roll(districts["XH"],people=100,capacity=120)
    with time_machine.travel(session.during.lower+timedelta(minutes=20),tick=True):
        other=factory.make_officer(districts["XH"]).user
        def cost(u):
            client.force_login(u); client.get("/")
            with CaptureQueriesContext(connection) as c: client.get("/")
            return len(c)
        print("with class",cost(learner.officer.user),"without class",cost(other),"head",cost(session.training_class.head_teacher))
        monkeypatch.setattr(views,"todays_sessions",lambda *a:[]); monkeypatch.setattr(views,"rolls_today",lambda *a:[])
        print("before",cost(learner.officer.user))
        client.force_login(session.training_class.head_teacher)
        with CaptureQueriesContext(connection) as c: client.get(reverse("training:screen_poll",args=[session.pk]))
        print("poll",len(c))
        t=time.time()
        with CaptureQueriesContext(connection) as c: close_roll(session,actor=session.training_class.head_teacher)
        print("close 100",len(c),round(time.time()-t,2))
