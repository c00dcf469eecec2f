import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.catalogue import media
from courses.catalogue.models import Courseware
from courses.catalogue.services.courseware import add_courseware, check_courseware
from lms.people.access import Role
from tests import factory
from tests.courses.catalogue.films import film, pdf

pytestmark = pytest.mark.django_db
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"
PAGE = b"<!doctype html><script>alert(1)</script>"


def add(kind, name, content):
    return add_courseware("课件", kind, SimpleUploadedFile(name, content), actor=factory.make_user())


def refused(kind, name, content) -> str:
    with pytest.raises(ValidationError) as refusal:
        add(kind, name, content)
    assert not Courseware.objects.exists()
    return refusal.value.code


def test_a_film_is_measured(tmp_path):
    content = film(tmp_path, seconds=7)
    courseware = add("VIDEO", "第一课.mp4", content)
    assert (courseware.seconds, courseware.pages, courseware.bytes) == (7, None, len(content))
    assert courseware.sha256 == hashlib.sha256(content).hexdigest()
    assert courseware.file.read() == content
    assert "第一课" not in courseware.file.name


def test_pages_are_counted():
    assert add("PDF", "文.PDF", pdf(3)).pages == 3
    assert add("SLIDES", "片.pdf", pdf(2)).kind == "SLIDES"


@pytest.mark.parametrize(
    ("kind", "name", "content", "code"),
    [
        ("VIDEO", "a.mp4", PLAYLIST, "not_what_it_says"),
        ("VIDEO", "a.mp4", b"\0\0\0\x20ftypisom" + PLAYLIST, "unreadable"),
        ("VIDEO", "a.mp4", b"\0\0\0\x20ftyp" + b"\xff" * 4000, "unreadable"),
        ("VIDEO", "a.m3u8", PLAYLIST, "suffix"),
        ("VIDEO", "a.mp4", b"", "empty"),
        ("PDF", "a.pdf", PAGE, "not_what_it_says"),
        ("PDF", "a.pdf", b"%PDF-1.7\n" + PAGE, "unreadable"),
        ("PDF", "a.pdf", b"%PDF-1.7\nstartxref\n99999999\n%%EOF", "unreadable"),
        ("PDF", "a.html", PAGE, "suffix"),
        ("SLIDES", "a.pptx", b"PK\x03\x04", "suffix"),
    ],
)
def test_hostile_files_are_refused(kind, name, content, code):
    assert refused(kind, name, content) == code


def test_a_list_of_other_files_opens_none_of_them(tmp_path):
    film(tmp_path)
    listed = tmp_path / "list.mp4"
    listed.write_text(f"ffconcat version 1.0\nfile '{tmp_path}/film.mp4'\nduration 3\n")
    with pytest.raises(ValidationError) as refusal:
        media.film_seconds(listed)
    assert refusal.value.code == "unreadable"


def test_half_a_film_is_no_film(tmp_path):
    content = film(tmp_path)
    assert refused("VIDEO", "a.mp4", content[: len(content) // 3]) == "unreadable"


def test_a_film_no_phone_plays_is_refused(tmp_path):
    assert refused("VIDEO", "a.mp4", film(tmp_path, codec="mpeg4")) == "codec"


def test_too_large_is_refused(monkeypatch):
    monkeypatch.setitem(media.FORMATS, "PDF", media.Format(".pdf", 10, b"%PDF-"))
    assert refused("PDF", "a.pdf", pdf()) == "too_large"


def test_the_same_file_is_kept_once():
    content = pdf()
    add("PDF", "a.pdf", content)
    with pytest.raises(ValidationError) as refusal:
        add("PDF", "b.pdf", content)
    assert refusal.value.code == "known"


def test_another_person_checks_it():
    courseware = add("PDF", "a.pdf", pdf())
    with pytest.raises(ValidationError) as refusal:
        check_courseware(courseware, actor=courseware.made_by)
    assert refusal.value.code == "same_person"
    assert check_courseware(courseware, actor=factory.make_user()).is_checked


@pytest.mark.parametrize("content", [b"", PAGE, b"%PDF-1.7\n" + PAGE])
def test_the_form_refuses_in_words(content, access, city, client):
    client.force_login(factory.make_staff(Role.COURSE_EDITOR, city))
    file = SimpleUploadedFile("a.pdf", content, content_type="application/pdf")
    answer = client.post(reverse("courseware:add"), {"title": "课件", "kind": "PDF", "file": file})
    assert answer.status_code == 200
    assert not Courseware.objects.exists()


def test_the_form_keeps_a_good_file(access, city, client):
    editor = factory.make_staff(Role.COURSE_EDITOR, city)
    client.force_login(editor)
    file = SimpleUploadedFile("a.pdf", pdf(), content_type="application/pdf")
    client.post(reverse("courseware:add"), {"title": "课件", "kind": "PDF", "file": file})
    courseware = Courseware.objects.get()
    assert (courseware.made_by, courseware.pages) == (editor, 2)
    answer = client.get(reverse("catalogue_office:file", args=[courseware.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_the_file_is_not_for_everybody(access, officer, city, client):
    courseware = add("PDF", "a.pdf", pdf())
    client.force_login(factory.make_staff(Role.FINANCE, city))
    assert client.get(reverse("catalogue_office:file", args=[courseware.pk])).status_code in {302, 403}
