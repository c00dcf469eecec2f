from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from courses.training.services.board import home_board
from lms.audit.services import record
from lms.ledger.views import XLSX, book_context
from lms.people.models import Officer, OrgUnit
from lms.portal.desk import LINES, SUMMARY, Desk, build_desk, top_units
from lms.portal.duties import SENTENCES
from lms.portal.links import broken_links
from lms.portal.tally import LACKS, PACE_STEPS, Person
from lms.sheets.export import write_xlsx

PER_PAGE = 20


def home_context(request) -> dict:
    """What the staff home shows: the user's units, or his posts where he may see no unit's duty."""
    tops = top_units(request.user)
    if not tops:
        return duties_context(request)
    return desk_context(request, tops, _name(tops)) | {"filing": home_board(request.user, _year(request))}


def _name(tops: list[OrgUnit]) -> str:
    if len(tops) > 1:
        return f"{len(tops)}个单位"
    return "全市" if tops[0].is_whole_city else tops[0].name


def duties_context(request) -> dict:
    grants = [
        {"role": grant.get_role_display(), "unit": grant.unit.name, "sentence": SENTENCES.get(grant.role, "")}
        for grant in request.user.current_grants
    ]
    return {"grants": grants, "doors": _doors(admin_menu, request), "officer": getattr(request.user, "officer", None)}


def _doors(menu, request) -> list:
    """The console's menu, submenus laid open: what a user can do here follows from what it offers him."""
    doors = []
    for item in menu.menu_items_for_request(request):
        doors += _doors(item.menu, request) if hasattr(item, "menu") else [item]
    return [door for door in doors if door.url not in ("", "#", request.path)]


def desk_context(request, tops: list[OrgUnit], name: str) -> dict:
    try:
        desk = build_desk(request.user, tops, _year(request), timezone.localtime(), name)
    except LookupError:
        return {"year": _year(request), "no_rule": True}
    chosen, query = _chosen(request), request.GET.get("q", "").strip()
    found = _found(desk, chosen, query)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    readable = tuple(unit.path for unit in request.user.scope(LINES))
    lines = [
        {"person": person, "unit": desk.unit_labels.get(person.path, ""), "opens": person.path.startswith(readable)}
        for person in page
    ]
    return {
        "desk": desk, "page": page, "lines": lines, "q": query, "chosen": chosen, "filters": _filters(desk, chosen),
        "address": urlencode({"year": desk.year, "lack": chosen, "q": query}), "darkest": desk.pace * PACE_STEPS[-1],
        "rows_open": bool(readable) or not desk.by_person, "this_year": timezone.localdate().year,
    }  # fmt: skip


def _year(request) -> int:
    text, this_year = request.GET.get("year", ""), timezone.localdate().year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= this_year else this_year


def _chosen(request) -> str:
    chosen = request.GET.get("lack", "")
    return chosen if chosen in LACKS else ""


def _filters(desk: Desk, chosen: str) -> list[dict]:
    return [
        {"code": code, "label": label, "people": sum(lacks(person) for person in desk.people),
         "is_chosen": code == chosen}
        for code, (label, lacks) in LACKS.items()
    ]  # fmt: skip


def _found(desk: Desk, chosen: str, query: str) -> list[Person]:
    """Whoever lacks what was chosen and has the words in his name, number or unit; the largest gap first."""
    lacks = LACKS[chosen][1]
    words = query.casefold().split()

    def matches(person: Person) -> bool:
        text = f"{person.name} {person.staff_no} {desk.unit_labels.get(person.path, '')}".casefold()
        return all(word in text for word in words)

    return [person for person in desk.people if lacks(person) and matches(person)]


def refused(request):
    """403 on a page of its own: Wagtail answers PermissionDenied with a redirect."""
    return render(request, "portal/desk_refused.html", status=403)


def user_units(user) -> QuerySet:
    """The units whose duty a user may see."""
    return OrgUnit.objects.filter(user.scope_filter(SUMMARY, ""))


def unit(request, code: str):
    """One unit's desk. A unit out of sight is not there."""
    if not request.user.scope(SUMMARY):
        return refused(request)
    here = get_object_or_404(user_units(request.user), code=code)
    context = desk_context(request, [here], here.name) | {"unit": here, "above": _above(request.user, here)}
    return render(request, "portal/desk_unit.html", context)


def _above(user, here: OrgUnit) -> list[OrgUnit]:
    """The units over this one that the user may open too."""
    paths = [here.path[:length] for length in range(here.steplen, len(here.path), here.steplen)]
    return list(user_units(user).filter(path__in=paths).order_by("path"))


def export(request, code: str = ""):
    """The rows just shown, all pages of them, as a spreadsheet."""
    tops = [get_object_or_404(user_units(request.user), code=code)] if code else top_units(request.user)
    if not tops:
        return refused(request)
    desk = build_desk(request.user, tops, _year(request), timezone.localtime(), _name(tops))
    chosen, query = _chosen(request), request.GET.get("q", "").strip()
    people = _found(desk, chosen, query)
    asked = f"{LACKS[chosen][0]}{f'，查找“{query}”' if query else ''}"
    record("portal.export_gaps", actor=request.user, target=tops[0], year=desk.year, rows=len(people), asked=asked)
    notes = [
        f"{desk.name}，{desk.year}年度，{asked}，共{len(people):,}人",
        f"截至{desk.now:%Y年%-m月%-d日 %H:%M}，规则{desk.rule}",
        f"导出：{request.user}",
    ]
    response = HttpResponse(write_xlsx("谁还差什么", *_sheet(desk, people), notes=notes), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="gaps-{tops[0].code}-{desk.year}.xlsx"'
    return response


def _sheet(desk: Desk, people: list[Person]) -> tuple[list[str], list[list]]:
    layers = [check for check in desk.checks if check.code in desk.labels]
    headings = ["姓名", "人员编号", "单位", "已得学时", "还差学时", "已得学分", "还差学分",
                *(f"{layer.label}还差学时" for layer in layers), "缺必修"]  # fmt: skip
    rows = []
    for person in people:
        total, parts = person.standing.total, {part.code: part for part in person.standing.layers}
        rows.append([
            person.name, person.staff_no, desk.unit_labels.get(person.path, ""), total.hours, total.hours_left,
            total.credits, total.credits_left, *(parts[layer.code].hours_left for layer in layers if layer.code in parts),
            "、".join(label for _, label in person.standing.missing_modules),
        ])  # fmt: skip
    return headings, rows


def person(request, staff_no: str):
    """An officer's ledger as he sees it himself, and whether its lines still hold together."""
    if not request.user.scope(LINES):
        return refused(request)
    officers = Officer.objects.filter(request.user.scope_filter(LINES, "unit")).select_related("unit")
    officer = get_object_or_404(officers, staff_no=staff_no)
    context = book_context(request, officer)
    entries = [entry for month in context["months"] for entry in month["entries"]]
    readable = user_units(request.user).filter(pk=officer.unit_id).exists()
    context |= {"broken": broken_links(entries), "above": _above(request.user, officer.unit), "opens_unit": readable}
    return render(request, "portal/desk_person.html", context)
