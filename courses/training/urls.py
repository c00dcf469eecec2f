from django.urls import path

from courses.training.views import (
    assigning,
    attendance,
    calendar,
    classes,
    completion,
    enrollment,
    files,
    head_teacher,
    matrix,
    nominating,
    officer,
    papers,
    roll_call,
    scores,
    screen,
    sessions,
    sign_in,
    teaching,
    team,
    team_review,
)

app_name = "training"
urlpatterns = [
    path("", officer.my_classes, name="mine"),
    path("calendar/renew/", officer.renew_calendar, name="calendar_renew"),
    path("calendar.ics", officer.calendar, name="calendar"),
    path("<int:pk>/", officer.class_page, name="class"),
    path("<int:pk>/enroll/", officer.enroll_self, name="enroll"),
    path("<int:pk>/withdraw/", officer.withdraw_self, name="withdraw"),
    path("<int:pk>/materials/<int:material>/", officer.material, name="material"),
    path("<int:pk>/attendance/", attendance.class_attendance, name="attendance"),
    path("<int:pk>/leave/", attendance.leave, name="leave"),
    path("<int:pk>/appeal/<int:session>/", attendance.appeal, name="appeal"),
    path("appeal/<int:session>/", attendance.appeal_of, name="appeal_of"),
    path("leave/<int:pk>/withdraw/", attendance.withdraw, name="leave_withdraw"),
    path("sign/send/", sign_in.send, name="sign_send"),
    path("sign/offline/", sign_in.offline, name="sign_offline"),
    path("sign/<int:pk>/", sign_in.check_in, name="sign"),
    path("sign/<int:pk>/<str:code>/", sign_in.check_in, name="sign_code"),
    path("screen/<int:pk>/", screen.screen, name="screen"),
    path("screen/<int:pk>/state/", screen.screen_poll, name="screen_poll"),
    path("head/", head_teacher.head_classes, name="head"),
    path("head/<int:pk>/", head_teacher.head_class, name="head_class"),
    path("head/leave/<int:pk>/", head_teacher.decide_leave, name="leave_decide"),
    path("roll/<int:pk>/", roll_call.roll, name="roll"),
    path("roll/<int:pk>/tap/", roll_call.tap, name="roll_tap"),
    path("roll/<int:pk>/close/", roll_call.close, name="roll_close"),
    path("roll/<int:pk>/correct/<int:enrollment>/", head_teacher.correct, name="correct"),
    path("teaching/", teaching.teaching, name="teaching"),
    path("rate/<int:pk>/", teaching.rate_session, name="rate"),
    path("team/", team.team, name="team"),
    path("team/<int:pk>/", team.roll, name="team_roll"),
    path("team/<int:pk>/make-up/", team.make_up, name="team_make_up"),
    path("judge/", scores.judging, name="judging"),
    path("judge/<int:pk>/", scores.judge, name="judge"),
]

# The console's pages of one class's learners, and of files that come in; mounted in wagtail_hooks.
enrollment_urlpatterns = [
    path("", nominating.offered, name="offered"),
    path("<int:pk>/", enrollment.learners, name="learners"),
    path("<int:pk>/decide/", enrollment.decide, name="decide"),
    path("<int:pk>/add/", enrollment.add, name="add"),
    path("<int:pk>/assign/", assigning.assign, name="assign"),
    path("<int:pk>/export/", enrollment.export, name="export"),
    path("<int:pk>/guests/", files.upload, name="guests"),
    path("<int:pk>/guests/<str:token>/", files.preview, name="guests_preview"),
    path("shifts/", files.upload, name="shifts"),
    path("shifts/<str:token>/", files.preview, name="shifts_preview"),
    path("duties/proof/", enrollment.proof, name="proof"),
]

# The console's pages of one class, its sessions and papers, and the week of all.
class_urlpatterns = [
    path("<int:pk>/sessions/add/", sessions.AddSession.as_view(), name="add_session"),
    path("<int:pk>/sessions/days/", sessions.AddDays.as_view(), name="add_days"),
    path("sessions/<int:pk>/change/", sessions.ChangeSession.as_view(), name="change_session"),
    path("sessions/<int:pk>/cancel/", sessions.CancelSession.as_view(), name="cancel_session"),
    path("<int:pk>/seats/", classes.ShareSeats.as_view(), name="share"),
    path("<int:pk>/materials/add/", classes.GiveMaterial.as_view(), name="give_material"),
    path("<int:pk>/materials/<int:material>/remove/", classes.remove_material, name="remove_material"),
    path("<int:pk>/sign-in-sheet.pdf", papers.sign_in_sheet, name="sign_in_sheet"),
    path("<int:pk>/roster.pdf", papers.roster, name="roster"),
    path("<int:pk>/timetable.pdf", papers.timetable, name="timetable"),
]
calendar_urlpatterns = [
    path("", calendar.week, name="week"),
    path("sessions/<int:pk>/move/", calendar.move, name="move"),
]

# The console's overview of a class's attendance; mounted in wagtail_hooks.
attendance_urlpatterns = [
    path("<int:pk>/", matrix.matrix, name="matrix"),
    path("<int:pk>/export/", matrix.export, name="export"),
]

# The console's pages of classes that end and of team sessions.
completion_urlpatterns = [
    path("<int:pk>/export/", completion.export, name="export"),
    path("scores/<int:pk>/", scores.scores, name="scores"),
    path("scores/<int:pk>/sheet/", scores.sheet, name="sheet"),
    path("team/", team_review.review, name="team_review"),
    path("team/sample/", team_review.sample, name="sample"),
    path("team/attendance/<int:pk>/refuse/", team_review.refuse, name="refuse"),
    path("team/photos/<int:pk>/", team_review.photo, name="photo"),
]
