"""练: drills by topic or item, the wrong-answer book, mock exams. Everything works without script."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from courses.catalogue.models import ItemCode, Topic
from exams.bank.forms.answering import posted_answer
from exams.bank.models import PracticeAnswer, PracticeRun, Question
from exams.bank.services.practice import (
    MOCK_SIZES,
    OBJECTIVE,
    RIGHT_TO_LEAVE,
    SIZES,
    answer_question,
    begin,
    hand_in,
    questions_of,
    wrong_book,
)
from exams.bank.views.explained import explained
from lms.people.models import Officer

FOUND, NAME, MINUTES_A_QUESTION = 20, "answer", 1
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
    """Where a run stands: its next question, the paper of a mock exam, or what came of it."""
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk)
    if run.finished_at:
        return render(request, "bank/practice_result.html", _result(run))
    questions = questions_of(run)
    if run.is_mock:
        return _paper(request, run, questions)
    done = set(run.answers.values_list("place", flat=True))
    following = next((place for place in questions if place not in done), None)
    if following is None:
        return redirect("practice:home")
    return redirect("practice:question", run.pk, following)


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


def _paper(request, run: PracticeRun, questions: dict, refusal: ValidationError | None = None):
    rows = [(place, f"{NAME}-{place}", asked.public) for place, asked in questions.items()]
    context = {
        "place": "practice", "run": run, "questions": rows, "minutes": len(rows) * MINUTES_A_QUESTION,
        "refusal": refusal and refusal.messages[0],
    }  # fmt: skip
    return render(request, "bank/practice_paper.html", context, status=_status(refusal))


def _status(refusal: ValidationError | None) -> int:
    """400 for what no page of ours sends, 422 for what a person can put right."""
    if refusal is None:
        return 200
    return 400 if refusal.code == "tampered" else 422


@login_required
def question(request, pk: int, place: int):
    """One question; after its answer, whether it was right and why."""
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk)
    if run.is_mock and not run.finished_at:
        return redirect("practice:run", run.pk)
    asked = questions_of(run).get(place)
    if asked is None:
        raise Http404
    given = run.answers.filter(place=place).first()
    if given:
        return render(request, "bank/practice_feedback.html", _told(run, asked, given))
    public, refusal = asked.public, None
    if request.method == "POST":
        try:
            answer_question(asked, posted_answer(request.POST, public, NAME))
        except ValidationError as error:
            refusal = error
        else:
            return redirect("practice:question", run.pk, place)
    context = {
        "run": run, "number": place, "question": public, "name": NAME, "place": "practice",
        "refusal": refusal and refusal.messages[0],
    }  # fmt: skip
    return render(request, "bank/practice_question.html", context, status=_status(refusal))


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
    run = get_object_or_404(PracticeRun.objects.of(request.user), pk=pk, kind=Kind.MOCK)
    questions = questions_of(run)
    try:
        answers = {
            place: posted_answer(request.POST, asked.public, f"{NAME}-{place}") for place, asked in questions.items()
        }
        hand_in(run, answers)
    except ValidationError as error:
        return _paper(request, run, questions, error)
    return redirect("practice:run", run.pk)
