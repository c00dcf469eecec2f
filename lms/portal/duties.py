"""What each post does, in one sentence for its holder."""

from lms.people.access import Role

SENTENCES: dict[str, str] = {
    Role.LEGAL_OFFICE: "查看规则和依据文件，审核法律依据。",
    Role.EXAM_SETTER: "命题，不审题，不组卷。",
    Role.EXAM_REVIEWER: "审题，不命题，不组卷。",
    Role.EXAM_ADMIN: "安排考试和场次，不接触未封存的试卷。",
    Role.CHIEF_EXAMINER: "组卷封存，裁定评分，发布成绩。",
    Role.COURSE_EDITOR: "编辑课程页面和课件，由市局教育培训处发布。",
    Role.BASE_REVIEWER: "为指派的基地评分，本单位的回避。",
    Role.FINANCE: "查看计费规则，办理结算。",
    Role.RULE_APPROVER: "审批规则版本，不起草规则。",
    Role.SECURITY_ADMIN: "批准和终止授权，解除账号锁定；不办业务，不看台账。",
    Role.SYSTEM_ADMIN: "维护账号和代码表；不改业务数据。",
}
