from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "exams.statistics"
    label = "statistics"
    verbose_name = "考试分析"

    def ready(self):
        from exams.bank.panels import add_panel
        from exams.statistics.bank_panel import statistics_panel

        add_panel(statistics_panel)
