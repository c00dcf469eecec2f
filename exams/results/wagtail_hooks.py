from django.urls import include, path
from wagtail import hooks

from exams.results.urls import office_urlpatterns
from exams.results.viewsets import ResultsGroup

LOG = {
    "propose_release": "提出成绩发布", "release": "发布成绩", "refuse_release": "退回成绩发布", "clear_incident": "记录不影响成绩",
    "file_appeal": "申请复核", "withdraw_appeal": "撤回复核", "accept_appeal": "受理复核", "hand_back_appeal": "退回待受理",
    "read_appealed": "查阅复核答卷", "decide_appeal": "决定复核", "propose_revision": "提出成绩更正", "revise": "复核成绩更正",
    "revised": "更正成绩", "refuse_revision": "不予更正", "propose_voiding": "提出考试作废", "void_exam": "复核考试作废",
    "voided": "作废成绩", "refuse_voiding": "不予作废", "decide_dependant": "决定依据失效的事项",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return ResultsGroup()


@hooks.register("register_log_actions")
def register_result_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"results.{name}", label, label)


@hooks.register("register_admin_urls")
def office_urls():
    return [path("results/", include((office_urlpatterns, "results_office")))]
