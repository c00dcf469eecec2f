from wagtail import hooks

from instructors.venues.viewsets import ResourcesGroup

ACTIONS = {
    "pool.add_instructor": "登记教员", "pool.change_instructor": "修改教员", "venues.add_venue": "登记场所",
    "venues.change_venue": "修改场所",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return ResourcesGroup()


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(name, label, label)
