import unicodedata

from django.db.models import CharField, Count, F, Func, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet

# What does not tell two stems apart, in the compatibility form.
SIGNS = " \t\n\u3000,.;:!?()[]{}<>\"'`~-_/\\|*#。、“”‘’《》〈〉【】…—·「」『』"  # noqa: RUF001


def skeleton(text: str) -> str:
    """A stem without what people write now so and now so."""
    return unicodedata.normalize("NFKC", text).translate({ord(sign): None for sign in SIGNS}).casefold()


class BankQuerySet(ScopedQuerySet):
    def with_numbers(self):
        """Each with how many questions it has, and how many of them are in use."""
        active = Count("questions", filter=Q(questions__state="ACTIVE"))
        return self.annotate(number_of_questions=Count("questions"), number_active=active)

    def for_practice(self):
        return self.filter(is_for_practice=True)


class QuestionQuerySet(ScopedQuerySet):
    unit_lookup = "bank__unit"

    def with_newest(self):
        """Each with what its newest version says and where that stands: columns and conditions of lists."""
        newest = self.model.versions.rel.related_model.objects.filter(question=OuterRef("pk")).order_by("-number")
        names = ("pk", "stem_text", "made_by", "checked_by", "returned_at")
        found = {f"newest_{name}": Subquery(newest.values(name)[:1]) for name in names}
        return self.annotate(stem=found.pop("newest_stem_text"), **found)

    def for_practice(self):
        """What officers practise with: in use, in a bank opened for it."""
        return self.usable().filter(bank__is_for_practice=True)

    def in_wrong_book(self, answers, times: int):
        """Those that were answered wrong and since then fewer than `times` times right."""
        of_question = answers.filter(question=OuterRef("pk")).order_by()
        last_wrong = of_question.filter(is_right=False).values("question").annotate(last=Max("pk")).values("last")
        later = of_question.filter(is_right=True, pk__gt=OuterRef("last_wrong")).values("question")
        rights = later.annotate(number=Count("pk")).values("number")
        rows = self.annotate(last_wrong=Subquery(last_wrong), rights=Coalesce(Subquery(rights), 0))
        return rows.filter(last_wrong__isnull=False, rights__lt=times)

    def resting_on_superseded(self):
        """Those whose version in use cites a legal source that is no longer in force."""
        return self.filter(current__sources__superseded_on__lte=timezone.localdate()).distinct()

    def usable(self):
        """What a new paper may take: active, and resting on nothing superseded today, whatever was marked so far."""
        superseded = self.model.objects.filter(current__sources__superseded_on__lte=timezone.localdate()).values("pk")
        return self.filter(Q(state="ACTIVE", current__isnull=False)).exclude(pk__in=superseded)


class QuestionVersionQuerySet(ScopedQuerySet):
    unit_lookup = "question__bank__unit"

    def reading_like(self, stem_text: str):
        bare = Func(F("stem_text"), function="normalize", template="normalize(%(expressions)s, NFKC)")
        bare = Func(bare, Value(SIGNS), Value(""), function="translate", output_field=CharField())
        return self.annotate(bare=Func(bare, function="lower", output_field=CharField())).filter(
            bare=skeleton(stem_text)
        )


class ImportBatchQuerySet(ScopedQuerySet):
    unit_lookup = "bank__unit"


class PracticeRunQuerySet(QuerySet):
    """Practice is one's own: no office looks into it."""

    def of(self, user):
        return self.filter(officer__user=user)

    def under_way(self):
        return self.filter(finished_at=None)


class PracticeAnswerQuerySet(QuerySet):
    def of(self, user):
        return self.filter(officer__user=user)

    def judged(self):
        return self.filter(is_right__isnull=False)

    def by_topic(self):
        """Of each topic how many answers, and how many of them right."""
        right = Count("pk", filter=Q(is_right=True))
        return self.judged().order_by().values("question__topic").annotate(number=Count("pk"), right=right)
