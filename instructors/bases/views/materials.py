"""Files of an application: added by those who apply, read by whoever may see it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from instructors.bases.forms import MaterialForm
from instructors.bases.models import BaseMaterial, BaseReview
from instructors.bases.services import materials
from instructors.bases.services.offices import KEEP
from instructors.bases.services.reviews import page_of

TYPES = {BaseMaterial.Kind.PHOTO: ("image/jpeg", "jpg"), BaseMaterial.Kind.DOCUMENT: ("application/pdf", "pdf")}


def review_to_keep(request, pk: int) -> BaseReview:
    return get_object_or_404(BaseReview.objects.visible_to(request.user).within(request.user, KEEP), pk=pk)


@login_required
@permission_required(KEEP, raise_exception=True)
@require_POST
def add(request, pk):
    review = review_to_keep(request, pk)
    form = MaterialForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择文件并写明名称：" + " ".join(e for es in form.errors.values() for e in es))
        return redirect(page_of(review))
    found = form.cleaned_data
    try:
        if found["file"].size > materials.MOST_BYTES:
            raise ValidationError("文件过大，不能超过10 MB，请压缩后再传。", code="too_large")
        materials.add_material(
            review, found["file"].read(), actor=request.user, part=found["part"], title=found["title"]
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已上传：{found['title']}。")
    return redirect(f"{page_of(review)}#materials")


@login_required
@permission_required(KEEP, raise_exception=True)
@require_POST
def remove(request, pk, material):
    review = review_to_keep(request, pk)
    row = get_object_or_404(review.materials.without_content(), pk=material)
    try:
        materials.remove_material(row, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"已删除：{row}。")
    return redirect(f"{page_of(review)}#materials")


@login_required
@require_safe
def read(request, pk):
    """404 for whoever may see neither the application nor a sheet of it; for a reviewer of the district, too."""
    row = get_object_or_404(materials.visible_to(request.user), pk=pk)
    content_type, suffix = TYPES[BaseMaterial.Kind(row.kind)]
    answer = HttpResponse(bytes(row.content), content_type=content_type)
    is_picture = row.kind == BaseMaterial.Kind.PHOTO
    answer["Content-Disposition"] = content_disposition_header(not is_picture, f"{row.title}.{suffix}")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
