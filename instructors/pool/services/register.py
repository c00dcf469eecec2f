from django.db import transaction

from instructors.pool.models import Appointment, Instructor
from instructors.pool.services.appointments import Offer, instructor_of, propose_appointment
from lms.audit.services import record
from lms.people.models import Officer, User


@transaction.atomic
def register(officer: Officer | None, name: str, offer: Offer, *, actor: User) -> Appointment:
    """Somebody is proposed for the pool; an officer who is in it already keeps his row."""
    if officer:
        instructor = instructor_of(officer)
    else:
        instructor = Instructor.objects.create(name=name, unit=offer.unit)
        record("pool.add_instructor", actor=actor, target=instructor, name=name)
    return propose_appointment(instructor, offer, actor=actor)
