"""The console's group 成绩."""

from wagtail.admin.viewsets.model import ModelViewSetGroup

from exams.results.viewsets.appeals import AppealViewSet, RestsOnViewSet
from exams.results.viewsets.outcomes import OutcomeViewSet
from exams.results.viewsets.releases import ReleaseViewSet
from exams.results.viewsets.voidings import RevisionViewSet, VoidingViewSet


class ResultsGroup(ModelViewSetGroup):
    items = (OutcomeViewSet, ReleaseViewSet, AppealViewSet, RevisionViewSet, VoidingViewSet, RestsOnViewSet)
    menu_label, menu_name, menu_icon, menu_order = "成绩", "results", "list-ul", 227
