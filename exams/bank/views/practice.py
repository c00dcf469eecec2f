"""练: drills by topic or item, the wrong-answer book, mock exams. Everything works without script."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from courses.catalogue.models import ItemCode, Topic
from exams.bank.forms.answering import fields_of, posted_answer, refused_field
from exams.bank.models import PracticeAnswer, PracticeRun, Question
from exams.bank.services.practice import (
    MOCK_SIZES,
    OBJECTIVE,
    RIGHT_TO_LEAVE,
    SIZES,
    Asked,
    answer_question,
    begin,
    hand_in,
    keep,
    questions_of,
    wrong_book,
)
from exams.bank.views.explained import explained
from lms.people.models import Officer

FOUND, NAME, STAY, MINUTES_A_QUESTION = 20, "answer", "stay", 1
Kind = PracticeRun.Kind


@dataclass
class Choice:
    """What the officer wants to practise, as the address says it."""

    kind: str
    title: str
    questions: QuerySet[Question]
    sizes: tuple[int, ...] = SIZES


def officer_of(request) -> Officer:
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员可以练习。")
    return officer


@login_required
def home(request):
    officer = officer_of(request)
    asked = request.GET.get("q", "").strip()[:50]
    runs = PracticeRun.objects.of(request.user)
    context = {
        "place": "practice", "asked": asked, "items": _items(asked) if asked else [], "topics": _topics(request.user),
        "total": Question.objects.for_practice().count(), "wrong": wrong_book(officer).count(),
        "under_way": runs.under_way().annotate(done=Count("answers")).first(),
        "recent": runs.filter(finished_at__isnull=False).annotate(
            right=Count("answers", filter=Q(answers__is_right=True)),
            judged=Count("answers", filter=Q(answers__is_right__isnull=False)),
        )[:3],
    }  # fmt: skip
    return render(request, "bank/practice.html", context)


def _items(asked: str) -> QuerySet[ItemCode]:
    rows = ItemCode.objects.filter(Q(code__icontains=asked) | Q(name__icontains=asked))
    usable = Question.objects.for_practice().values("pk")
    return rows.annotate(number=Count("questions", filter=Q(questions__in=usable)))[:FOUND]


def _topics(user) -> list[dict]:
    """Topics that have questions, with how the officer stands in each."""
    counts = Question.objects.for_practice().order_by().values("topic").annotate(number=Count("pk"))
    numbers = dict(counts.values_list("topic", "number"))
    stands = {row["question__topic"]: row for row in PracticeAnswer.objects.of(user).by_topic()}
    return [
        {"topic": topic, "number": numbers[topic.pk], **_standing(stands.get(topic.pk))}
        for topic in Topic.objects.filter(pk__in=[pk for pk in numbers if pk])
    ]


def _standing(row: dict | None) -> dict:
    if row is None:
        return {"answered": 0}
    return {"answered": row["number"], "right": row["right"], "share": round(100 * row["right"] / row["number"], 1)}


def _choice(request) -> Choice:
    officer, questions, asked = officer_of(request), Question.objects.for_practice(), request.GET
    if "topic" in asked:
        topic = get_object_or_404(Topic, code=asked["topic"])
        return Choice(Kind.DRILL, topic.name, questions.filter(topic=topic))
    if "item" in asked:
        item = get_object_or_404(ItemCode, code=asked["item"])
        return Choice(Kind.DRILL, str(item)[:120], questions.filter(item_codes=item))
    if "wrong" in asked:
        return Choice(Kind.WRONG, "错题练习", wrong_book(officer))
    if "mock" in asked:
        return Choice(Kind.MOCK, "模拟考试", questions.filter(type__in=OBJECTIVE), MOCK_SIZES)
    raise Http404


@login_required
def choose(request):
    """How many questions of what; begins with POST."""
    choice, refusal = _choice(request), None
    if request.method == "POST":
        sizes = {str(size): size for size in choice.sizes}
        size = sizes.get(request.POST.get("size", ""), choice.sizes[0])
        try:
            run = begin(officer_of(request), choice.questions, kind=choice.kind, title=choice.title, size=size)
        except ValidationError as error:
            refusal = error.messages[0]
        else:
            return redirect("practice:run", run.pk)
    listed = choice.questions.select_related("current", "topic")[:FOUND] if choice.kind == Kind.WRONG else []
    context = {
        "place": "practice", "choice": choice, "number": choice.questions.count(), "refusal": refusal, "listed": listed,
        "RIGHT_TO_LEAVE": RIGHT_TO_LEAVE, "is_mock": choice.kind == Kind.MOCK, "is_wrong": choice.kind == Kind.WRONG,
    }  # fmt: skip
    return render(request, "bank/practice_choose.html", context, status=422 if refusal else 200)


@login_required
def run(request, pk: int):
    """Where a run stands: its next question, or what came of it."""
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk)
    if run.finished_at:
        return render(request, "bank/practice_result.html", _result(run))
    done = set(map(int, run.kept)) if run.is_mock else set(run.answers.values_list("place", flat=True))
    following = next((place for place in questions_of(run) if place not in done), None)
    if following is not None:
        return redirect("practice:question", run.pk, following)
    return redirect("practice:sheet", run.pk) if run.is_mock else redirect("practice:home")


def _result(run: PracticeRun) -> dict:
    answers = list(run.answers.select_related("version", "question"))
    judged = [one for one in answers if one.is_right is not None]
    right = sum(bool(one.is_right) for one in judged)
    share = round(100 * right / len(judged), 1) if judged else None
    seconds = int(((run.finished_at or run.started_at) - run.started_at).total_seconds())
    return {
        "place": "practice", "run": run, "answers": answers, "judged": len(judged), "right": right, "share": share,
        "minutes": seconds // 60, "seconds": seconds % 60, "wrong": len(judged) - right,
        "by_hand": len(answers) - len(judged),
    }  # fmt: skip


def _status(refusal: ValidationError | None) -> int:
    """400 for what no page of ours sends, 422 for what a person can put right."""
    if refusal is None:
        return 200
    return 400 if refusal.code == "tampered" else 422


@login_required
def question(request, pk: int, place: int):
    """One question; after its answer, whether it was right and why. In a mock exam only that it is kept."""
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk)
    asked = questions_of(run).get(place)
    if asked is None:
        raise Http404
    given = run.answers.filter(place=place).first()
    if given:
        return render(request, "bank/practice_feedback.html", _told(run, asked, given))
    if request.method != "POST":
        return _question_page(request, asked, _kept(asked))
    try:
        return _take(request, asked)
    except ValidationError as error:
        return _question_page(request, asked, request.POST, error)


def _take(request, asked: Asked):
    """Take an answer and say where to go on. ValidationError for one that cannot be."""
    run, answer = asked.run, posted_answer(request.POST, asked.public, NAME)
    if not run.is_mock:
        answer_question(asked, answer)
        return redirect("practice:question", run.pk, asked.place)
    keep(asked, fields_of(request.POST, NAME), answer)
    wanted = request.POST.get("to")
    if wanted == STAY:
        return HttpResponse(status=204)
    place = asked.place + {"back": -1, "next": 1}.get(wanted or "next", 0)
    if wanted == "sheet" or place not in questions_of(run):
        return redirect("practice:sheet", run.pk)
    return redirect("practice:question", run.pk, place)


def _kept(asked: Asked) -> MultiValueDict:
    return MultiValueDict(asked.run.kept.get(str(asked.place), {}).get("typed", {}))


def _question_page(request, asked: Asked, typed, refusal: ValidationError | None = None):
    run = asked.run
    context = {
        "run": run, "number": asked.place, "question": asked.public, "name": NAME, "place": "practice", "typed": typed,
        "refusal": refusal and refusal.messages[0], "refused": refusal and refused_field(refusal, NAME),
        "is_first": asked.place == 1, "is_last": asked.place == len(run.versions), "is_kept": str(asked.place) in run.kept,
    }  # fmt: skip
    return render(request, "bank/practice_question.html", context, status=_status(refusal))


@login_required
def sheet(request, pk: int):
    """Where a mock exam stands: which questions have an answer, and how to hand it in."""
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk, kind=Kind.MOCK)
    if run.finished_at:
        return redirect("practice:run", run.pk)
    places = [(place, str(place) in run.kept) for place in questions_of(run)]
    done = sum(is_kept for _, is_kept in places)
    context = {
        "place": "practice", "run": run, "places": places, "done": done, "left": len(places) - done,
        "first_left": next((place for place, is_kept in places if not is_kept), None),
        "minutes": len(places) * MINUTES_A_QUESTION,
    }  # fmt: skip
    return render(request, "bank/practice_sheet.html", context)


def _told(run: PracticeRun, asked, given: PracticeAnswer) -> dict:
    version = asked.version
    return {
        "place": "practice", "run": run, "number": asked.place, "given": given, "version": version,
        "told": explained(asked.content, given.answer),
        "sources": version.sources.select_related("source"), "items": version.question.item_codes.all(),
    }  # fmt: skip


@login_required
@require_POST
def finish(request, pk: int):
    """Hand in a mock exam; the first time counts."""
    hand_in(get_object_or_404(PracticeRun.objects.of(request.user), pk=pk, kind=Kind.MOCK))
    return redirect("practice:run", pk)
