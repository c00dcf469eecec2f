from wagtail import hooks

from lms.rules.viewsets import RulesGroup

ACTIONS = {
    "draft": "起草规则版本", "approve": "批准规则版本", "discard": "作废规则草稿", "add_regulation": "登记依据文件",
    "change_regulation": "修改依据文件", "add_yearlabel": "登记年度名称", "change_yearlabel": "修改年度名称",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return RulesGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"rules.{name}", label, label)
