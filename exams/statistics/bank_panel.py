"""How a question did in exams, on its own page in the bank."""

from exams.bank.panels import Panel
from exams.statistics.models import ItemStatistic

VIEW = "statistics.view_itemstatistic"
SHOWN = 12


def statistics_panel(question, user) -> Panel | None:
    """Newest first, of whatever version; nothing for a question no exam was analysed with."""
    if not user.has_perm(VIEW):
        return None
    rows = ItemStatistic.objects.visible_to(user).filter(version__question=question).newest()
    rows = list(rows.select_related("analysis__exam", "version").order_by("-made_at", "form")[: SHOWN + 1])
    if not rows:
        return None
    return Panel(
        "statistics/bank_panel.html", {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "question": question}
    )
