from django.urls import path

from exams.sittings.views import (
    answers,
    closing,
    correcting,
    decisions,
    halls,
    listing,
    paper,
    places,
    receipts,
    room,
    seat,
    sheets,
)  # fmt: skip

app_name = "sittings"
answer_urlpatterns = [
    path("", answers.save_answers, name="save"),
    path("beat/", answers.heartbeat, name="beat"),
    path("hand-in/", answers.hand_in, name="hand_in"),
]
candidate_urlpatterns = [
    path("", room.mine, name="mine"),
    path("receipts/", receipts.lookup, name="lookup"),
    path("begin/<slug:code>/", closing.begin, name="begin"),
    path("<int:pk>/", room.waiting_room, name="room"),
    path("<int:pk>/state/", room.room_state, name="room_state"),
    path("<int:pk>/start/", room.start, name="start"),
    path("<int:pk>/take-over/", room.move_here, name="take_over"),
    path("<int:pk>/paper/", paper.paper, name="paper"),
    path("<int:pk>/summary/", paper.summary, name="summary"),
    path("<int:pk>/hand-in/", paper.hand_in, name="hand_in"),
    path("<int:pk>/receipt/", receipts.receipt, name="receipt"),
    path("<int:pk>/review/", receipts.review, name="review"),
]
office_urlpatterns = [
    path("offered/", listing.offered, name="offered"),
    path("<int:pk>/candidates/", listing.add, name="add"),
    path("<int:pk>/candidates/file/", listing.upload, name="upload"),
    path("<int:pk>/candidates/file/<str:token>/", listing.file, name="file"),
    path("<int:pk>/candidates/resit/", listing.resit, name="resit"),
    path("<int:pk>/places/", places.share, name="places"),
    path("<int:pk>/seating-plan.pdf", sheets.seating_plan, name="seating_plan"),
    path("<int:pk>/admission-list.pdf", sheets.admission_list, name="admission_list"),
    path("exams/<int:pk>/questions/", correcting.questions, name="questions"),
    path("exams/<int:pk>/questions/<int:version>/", correcting.correct, name="correct"),
    path("regrades/<int:pk>/export/", correcting.export, name="export_regrade"),
]
hall_urlpatterns = [
    path("", halls.halls, name="index"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<slug:kind>/<int:pk>/", decisions.decide, name="decide"),
    path("candidates/<int:pk>/", seat.candidate, name="candidate"),
    path("sittings/<int:pk>/", halls.sitting_board, name="sitting"),
    path("<int:pk>/", halls.board, name="board"),
    path("<int:pk>/screen/", halls.screen, name="screen"),
]
