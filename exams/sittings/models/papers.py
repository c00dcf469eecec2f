from django.db import models

from exams.papers.models import Paper


class PaperSheet(models.Model):
    """A paper as its candidate reads it, written out before the window: one piece of HTML for each question."""

    paper = models.OneToOneField(Paper, models.PROTECT, primary_key=True, related_name="sheet", verbose_name="试卷")
    pieces = models.JSONField("各题")
    shapes = models.JSONField("各题可答范围")

    class Meta:
        verbose_name = verbose_name_plural = "试卷版面"
        default_permissions = ()

    def __str__(self):
        return str(self.paper)
