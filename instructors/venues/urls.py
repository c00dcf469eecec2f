from django.urls import path

from instructors.venues.views import bookings

# The console's forms; mounted in wagtail_hooks.
booking_urlpatterns = [
    path("add/", bookings.AddBooking.as_view(), name="add"),
    path("<int:pk>/change/", bookings.ChangeBooking.as_view(), name="change"),
]
