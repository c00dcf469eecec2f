import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction

from courses.catalogue.media import check_envelope, film_seconds, pdf_pages
from courses.catalogue.models import Courseware
from lms.audit.services import record
from lms.kit.services import check_by_second_person

HEAD = 1024


def add_courseware(title: str, kind: str, upload: File, *, actor) -> Courseware:
    """Keep a file under a name of our own, once its bytes have shown what it is."""
    upload.seek(0)
    check_envelope(kind, upload.name or "", upload.size, upload.read(HEAD))
    courseware = Courseware(title=title, kind=kind, bytes=upload.size, made_by=actor)
    with NamedTemporaryFile(suffix=Courseware.SUFFIXES[Courseware.Kind(kind)]) as copy:
        courseware.sha256 = _copied(upload, copy)
        if kind == Courseware.Kind.VIDEO:
            courseware.seconds = film_seconds(Path(copy.name))
        else:
            courseware.pages = pdf_pages(Path(copy.name))
        if known := Courseware.objects.filter(sha256=courseware.sha256, kind=kind).first():
            raise ValidationError(f"已有相同的课件“{known.title}”，不用重复上传。", code="known")
        copy.seek(0)
        return _saved(courseware, File(copy), actor)


def _copied(upload: File, copy) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
        copy.write(chunk)
    copy.flush()
    return digest.hexdigest()


def _saved(courseware: Courseware, content: File, actor) -> Courseware:
    courseware.file.save("", content, save=False)
    try:
        with transaction.atomic():
            courseware.save(force_insert=True)
            about = {"kind": courseware.kind, "sha256": courseware.sha256, "bytes": courseware.bytes}
            record("catalogue.add_courseware", actor=actor, target=courseware, **about)  # type: ignore[arg-type]
    except Exception:
        courseware.file.delete(save=False)
        raise
    return courseware


def check_courseware(courseware: Courseware, *, actor) -> Courseware:
    return check_by_second_person(courseware, actor, action="catalogue.check_courseware", sha256=courseware.sha256)
