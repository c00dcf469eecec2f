from wagtail import hooks

from exams.statistics.viewsets import StatisticsGroup


@hooks.register("register_admin_viewset")
def register_viewsets():
    return StatisticsGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("statistics.analyse", "考试分析", "考试分析")
