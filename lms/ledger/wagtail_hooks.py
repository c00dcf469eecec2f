from wagtail import hooks

from lms.ledger.services.preview import preview_for
from lms.ledger.viewsets import LedgerGroup

ACTIONS = {"propose_correction": "申请更正", "carry_out_correction": "复核更正"}


@hooks.register("register_admin_viewset")
def register_viewsets():
    return LedgerGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"ledger.{name}", label, label)


# The rules' pages lie below the ledger and cannot ask for it by name.
hooks.register("preview_rule_version", preview_for)
