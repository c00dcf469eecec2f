from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

from instructors.classrooms.checklist import LABELS, Checklist
from instructors.classrooms.filters import CheckFilters, EquipmentFilters, RoomFilters
from instructors.classrooms.forms import EquipmentForm, ReturnForm, RoomForm
from instructors.classrooms.models import RoomCheck, RoomEquipment, SmartClassroom
from instructors.classrooms.services.checks import ASSESS, VERIFY, broken_in, checklist_in, return_check
from instructors.classrooms.services.rooms import register_room, save_equipment
from instructors.venues.filters import in_period
from instructors.venues.models import VenueUse
from instructors.venues.opening import rate_words
from instructors.venues.services.bookings import REQUEST
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

UNIT = "venue__unit__path"
COMING = timedelta(days=14)


def lacking(row) -> str:
    """Of a row `with_standard`: what it needs for the next grade up."""
    checklist = checklist_in(row.standard)
    if checklist is None:
        return "尚无标准"
    missing = checklist.missing(row.found)
    return f"{LABELS[checklist.following(checklist.grade(row.found))]}缺{'、'.join(missing)}" if missing else ""


class RoomPage(InspectView):
    template_name = "classrooms/room.html"

    @property
    def header_buttons(self):
        return []

    def get_context_data(self, **kwargs):
        room, user = self.object, self.request.user
        checklist, now = checklist_in(room.standard) or Checklist({}), timezone.now()
        use = in_period(VenueUse.objects.filter(pk=room.venue_id)).get()
        open_check = room.checks.filter(state=RoomCheck.State.SUBMITTED).first()
        return super().get_context_data(**kwargs) | {
            "room": room, "due": bool(room.current and room.current.recheck_on <= timezone.localdate()),
            "groups": [
                (LABELS[grade], [(item, item in room.found) for item in items])
                for grade, items in checklist.added.items()
            ],
            "following": LABELS[checklist.following(checklist.grade(room.found))] if checklist.items else "", "missing": checklist.missing(room.found) if checklist.items else (), "has_standard": bool(checklist.items),
            "broken": broken_in(room), "equipment": room.equipment.all(), "open_check": open_check,
            "checks": room.checks.select_related("made_by", "checked_by"), "use": use,
            "rate": rate_words(use.used_hours, use.open_hours),
            "bookings": room.venue.bookings.confirmed().between(now, now + COMING).select_related("unit").order_by("during"),
            "may": {
                "assess": SmartClassroom.objects.within(user, ASSESS).filter(pk=room.pk).exists() and not open_check,
                "verify": bool(open_check) and RoomCheck.objects.within(user, VERIFY).filter(pk=open_check.pk).exists(),
                "change": user.has_perm("classrooms.change_smartclassroom"), "book": user.has_perm(REQUEST),
                "equip": user.has_perm("classrooms.add_roomequipment"),
            },
        }  # fmt: skip


class RoomViewSet(ScopedViewSet):
    model = SmartClassroom
    icon = "desktop"
    counted_in = "间"
    add_label = "登记智慧教室"
    list_display = [
        Column("name", label="教室", accessor="venue.name", sort_key="venue__name"),
        Column("unit", label="管理单位", accessor="venue.unit", sort_key=UNIT),
        Column("seats", label="容纳人数", accessor="venue.seats", sort_key="venue__seats"),
        Column("grade", label="等级", accessor="grade_label", sort_key="current__grade"),
        Column(
            "recheck_on", label="复核期限", sort_key="current__recheck_on",
            accessor=lambda row: row.current.recheck_on if row.current else None,
        ),
        Column("lacking", label="升级还缺", accessor=lacking),
        Column("is_open", label="可预订", accessor="venue.is_open", sort_key="venue__is_open"),
    ]  # fmt: skip
    search_fields = ["venue__name", "venue__address"]
    filterset_class = RoomFilters
    inspect_view_class = RoomPage
    inspect_view_fields = ["venue"]
    services = {"add": lambda form, actor: register_room(form.save(commit=False), actor=actor)}

    def read(self, rows):
        return rows.select_related("venue__unit", "current").with_standard(timezone.localdate())

    def get_form_class(self, for_update=False):
        return RoomForm


class CheckPage(InspectView):
    @property
    def header_buttons(self):
        buttons, row, user = list(super().header_buttons), self.object, self.request.user
        if row.state == RoomCheck.State.SUBMITTED and user.has_perm(VERIFY):
            url = reverse("classrooms:verify", args=[row.pk])
            buttons.insert(0, HeaderButton("核验", url, icon_name="check"))
        return buttons

    def get_field_display_value(self, field_name, field):
        if field_name in ("claimed", "found"):
            return "、".join(getattr(self.object, field_name)) or "—"
        return super().get_field_display_value(field_name, field)


def day_of(moment):
    return timezone.localdate(moment) if moment else None


class CheckViewSet(ScopedViewSet):
    model = RoomCheck
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    counted_in = "次"
    list_display = [
        Column("room", label="教室", sort_key="room__venue__name"),
        Column("unit", label="管理单位", accessor="room.venue.unit", sort_key="room__venue__unit__path"),
        Column("claimed_count", label="自评具备（项）", accessor=lambda row: len(row.claimed)),
        Column("found_count", label="核验具备（项）", accessor=lambda row: len(row.found)),
        Column("result", label="结果", accessor="result", sort_key="state"),
        "recheck_on",
        Column("assessor", label="自评人", accessor="made_by.get_full_name"),
        Column("made_at", label="自评时间", accessor=lambda row: day_of(row.made_at), sort_key="made_at"),
        Column("verifier", label="核验人", accessor=lambda row: row.checked_by.get_full_name() if row.checked_by else ""),
        Column("checked_at", label="核验时间", accessor=lambda row: day_of(row.checked_at), sort_key="checked_at"),
    ]  # fmt: skip
    search_fields = ["room__venue__name"]
    filterset_class = CheckFilters
    inspect_view_class = CheckPage
    inspect_view_fields = [
        "room", "version", "claimed", "note", "made_by", "made_at", "state", "found", "grade", "reply", "checked_by",
        "checked_at", "recheck_on",
    ]  # fmt: skip
    actions = (
        Action(
            "return", "退回", VERIFY, return_check, lambda row: f"“{row.room}”的自评退回{row.made_by}，可以重新自评；现行等级不变。",
            ReturnForm, lambda row: row.state == RoomCheck.State.SUBMITTED, "undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("room__venue__unit", "version__rule", "made_by", "checked_by")


class AddEquipment(CreateView):
    def get_initial(self):
        """From the page of a room."""
        return super().get_initial() | {"room": self.request.GET.get("room")}


class EquipmentViewSet(ScopedViewSet):
    model = RoomEquipment
    add_view_class = AddEquipment
    icon = "cog"
    counted_in = "条"
    add_label = "登记设备"
    list_display = [
        "kind",
        Column("room", label="教室", sort_key="room__venue__name"),
        Column("unit", label="管理单位", accessor="room.venue.unit", sort_key="room__venue__unit__path"),
        "name", "count", "state",
    ]  # fmt: skip
    search_fields = ["kind", "name", "room__venue__name"]
    filterset_class = EquipmentFilters
    inspect_view_fields = ["room", "kind", "name", "count", "state"]
    services = {
        "add": lambda form, actor: save_equipment(form.save(commit=False), actor=actor),
        "change": lambda form, actor: save_equipment(form.save(commit=False), actor=actor),
    }

    def read(self, rows):
        return rows.select_related("room__venue__unit")

    def get_form_class(self, for_update=False):
        return EquipmentForm


class ClassroomsGroup(ModelViewSetGroup):
    items = (RoomViewSet, CheckViewSet, EquipmentViewSet)
    menu_label, menu_name, menu_icon, menu_order = "智慧教室", "classrooms", "desktop", 220
