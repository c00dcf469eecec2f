import pytest
from django.core.exceptions import ValidationError

from courses.catalogue.models import ItemCode, LegalSource, LegalSourceVersion, LessonQuestion, Topic
from tests.courses.shelf import add_question, make_course, make_courseware, publish

pytestmark = pytest.mark.django_db


def test_a_lesson_is_frozen_whole(access):
    course = make_course(minutes=(15,))
    add_question(course.lessons.first(), at=60)
    publish(course)
    lesson = course.versions.first().lessons[0]
    assert set(lesson) == {"title", "kind", "html", "seconds", "media", "questions"}
    assert (lesson["kind"], lesson["seconds"], lesson["media"]) == ("TEXT", 900, None)
    assert lesson["questions"] == [{"at": 60, "stem": "题干", "options": ["甲", "乙"], "answer": 1, "explain": "解析"}]


def test_a_video_lesson_is_as_long_as_its_film(access):
    film = make_courseware(seconds=725)
    course = make_course(minutes=(15,))
    course.lessons.add(course.lessons.model(title="片子", kind="VIDEO", courseware=film, sort_order=9))
    publish(course)
    version = course.versions.first()
    assert (version.lessons[1]["seconds"], version.lessons[1]["media"], version.minutes) == (725, film.pk, 27)
    assert version.basis["media"] == {str(film.pk): film.sha256}


def test_what_it_rests_on_is_frozen_too(access):
    course = make_course()
    source = LegalSourceVersion.objects.create(
        source=LegalSource.objects.create(title="某法"), edition="2021年修订", effective_on="2021-07-15"
    )
    course.sources.add(source)
    course.topics.add(Topic.objects.create(code="t", name="专题"))
    course.items.add(ItemCode.objects.create(code="事项-001", name="某事项"))
    publish(course)
    basis = course.versions.first().basis
    assert (basis["topics"], basis["items"]) == (["专题"], [["事项-001", "某事项"]])
    assert basis["sources"] == ["《某法》（2021年修订）"]


def test_questions_come_in_the_order_of_the_film(access):
    course = make_course(minutes=(15,))
    for at in (90, 30):
        add_question(course.lessons.first(), at=at)
    publish(course)
    assert [one["at"] for one in course.versions.first().lessons[0]["questions"]] == [30, 90]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"options": "甲"}, "options"),
        ({"options": "\n".join("甲乙丙丁戊己庚")}, "options"),
        ({"options": "甲\n甲"}, "same_options"),
        ({"answer": 2}, "answer"),
    ],
)
def test_a_wrong_question_is_refused(fields, code):
    question = LessonQuestion(**{"at": 1, "stem": "题干", "options": "甲\n乙", "answer": 0} | fields)
    with pytest.raises(ValidationError) as refusal:
        question.clean()
    assert [error.code for errors in refusal.value.error_dict.values() for error in errors] == [code]
