import time
from datetime import date

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from lms.audit.heads import set_aside
from lms.ledger.models import Entry
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.accounts import PASSWORD, open_accounts
from lms.portal.demo.bases import build_bases
from lms.portal.demo.behaviour import bands, calendar_of
from lms.portal.demo.book import Cast, Scribe, lines_in, streams_of
from lms.portal.demo.city import CITY, build_units, units_of
from lms.portal.demo.classes import Stage, hold_classes
from lms.portal.demo.classrooms import Keepers, ask_for_places, furnish
from lms.portal.demo.courses import publish_site
from lms.portal.demo.development import develop_courses, workshop
from lms.portal.demo.exams import Office, hold_exams
from lms.portal.demo.learners import certify, learn
from lms.portal.demo.lessons import review_last_year, run_rounds, teach
from lms.portal.demo.licences import issue_licences
from lms.portal.demo.marking import hold_marking
from lms.portal.demo.mentors import Stage as Pairing
from lms.portal.demo.mentors import pair_off
from lms.portal.demo.people import WALKER, people_of
from lms.portal.demo.plans import Signers, make_plans
from lms.portal.demo.questions import write_questions
from lms.portal.demo.registry import owe, register
from lms.portal.demo.resources import build_resources
from lms.portal.demo.results import release_results
from lms.portal.demo.studios import Staff, found_studios
from lms.portal.demo.tasks import assign_tasks
from lms.rules.management.commands.load_rules import initial_user
from lms.rules.models import RuleVersion


class Command(BaseCommand):
    help = "Fill an empty database with a demo city: the same seed on the same day gives the same rows."

    def add_arguments(self, parser):
        parser.add_argument("--profile", choices=("small", "standard", "stress"), default="small")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--year", type=int, help="the ledger's year, by default this one")

    def handle(self, *args, **options):
        if Officer.objects.exists() or OrgUnit.objects.exists():
            raise CommandError(
                "The database already holds units or officers, and ledger rows cannot be deleted. "
                "Point DATABASE_URL at an empty database (or drop this one), run migrate, then seed_demo."
            )
        self.begun, self.today = time.monotonic(), timezone.localdate()
        self.seed, self.year = options["seed"], options["year"] or self.today.year
        set_aside()
        with transaction.atomic():
            call_command("load_rules", stdout=self.stdout)
            call_command("sync_access", stdout=self.stdout)
            call_command("load_design", stdout=self.stdout)
            self._people(options["profile"])
        self._tidy()
        call_command("export_heads", stdout=self.stdout)
        call_command("demo_accounts", stdout=self.stdout)

    def _people(self, profile: str) -> None:
        shapes = units_of(profile)
        units = build_units(shapes)
        self._say(f"{len(units)} units")
        people = list(people_of(shapes, self.seed, self.year, self.today))
        officers = register(people, units, PASSWORD)
        obligations = owe(list(officers.values()), self.year)
        self._say(f"{len(people):,} officers with postings and obligations")
        last_day = date(self.year, 12, 31)
        declared, politics = (RuleVersion.objects.in_force(code, last_day) for code in ("R00", "R09"))
        self._book(people, Cast(units, officers, obligations, declared, politics))
        signers = initial_user("INITIAL-1", ""), initial_user("INITIAL-2", "")
        courses = publish_site(profile, signers)
        self._say(f"{len(courses)} courses published")
        open_accounts(units, signers)
        setter, reviewer = (User.objects.get(username=f"EXAM-{name}") for name in ("SETTER", "REVIEWER"))
        self._say(f"{write_questions(units[CITY], setter, reviewer):,} questions in use")
        office = User.objects.get(username="CITY-OFFICE")
        assign_tasks(units[CITY], office, self.today)
        plans = make_plans(shapes, units, Signers(*signers, office), self.year, self.today)
        self._say(f"{plans} plans")
        self._classes(shapes, units, officers, office)
        bases, applying, held = build_bases(signers, self.today)
        self._say(f"{bases} practice bases, {applying} applications under way, {held} sessions held there")
        if self.year == self.today.year:
            self._this_year(people, shapes, units, officers, signers)

    def _exams(self, units, officers) -> None:
        accounts = {one.username: one for one in User.objects.filter(role_grants__isnull=False).distinct()}
        admin, chief, invigilator = (accounts[name] for name in ("EXAM-ADMIN", "CHIEF-EXAMINER", "INVIGILATOR"))
        count = hold_exams(Office(units[CITY], admin, chief, invigilator), officers, units)
        self._say(f"three exams, {count} candidates")
        told = release_results(Office(units[CITY], admin, chief, invigilator), accounts["CITY-OFFICE"])
        self._say(f"results of one exam released to {told} people")
        self._say(
            f"{hold_marking(Office(units[CITY], admin, chief, invigilator), officers)} scripts, half of them marked"
        )

    def _classes(self, shapes, units, officers, office) -> None:
        resources = build_resources(shapes, units, officers, self.today)
        classes, sessions, seats = hold_classes(Stage(shapes, units, officers, resources, office, self.today))
        self._say(f"{classes:,} classes, {sessions:,} sessions, {seats:,} enrolments")
        self._pool(units, officers, office)
        keepers = Keepers(User.objects.get(username="DISTRICT-OFFICE-XH"), office)
        rooms, bookings = furnish(keepers, self.today)
        asked = ask_for_places(officers[WALKER], keepers, self.today)
        self._say(f"{rooms} smart classrooms, {bookings + asked} bookings beside those of sessions")

    def _this_year(self, people, shapes, units, officers, signers) -> None:
        office = User.objects.get(username="CITY-OFFICE")
        self._learners(people, officers, office)
        self._teachers(people, officers, units, office)
        self._development(people, shapes, units, officers, signers)
        self._exams(units, officers)
        night = issue_licences(officers, (User.objects.get(username="DISTRICT-OFFICE-XH"), office), self.today)
        self._say(f"enforcement certificates: {night.opened} without one, {night.assigned} due and given the course")

    def _teachers(self, people, officers, units, office) -> None:
        """What follows from pairs and studios lies in the books of those who have met the year's hours."""
        district = User.objects.get(username="DISTRICT-OFFICE-XH")
        done = {staff_no for staff_no, band in bands(people, self.seed).items() if band == "done"} - {WALKER}
        count, taught = pair_off(Pairing(officers, units, district, office, self.today), done)
        reviewers = tuple(User.objects.get(username=name) for name in ("BASE-REVIEWER", "HR"))
        studios = found_studios(Staff(district, office, reviewers), taught, self.today)
        self._say(f"{count} mentorships, {studios} studios")

    def _pool(self, units, officers, office) -> None:
        lessons, opinions = teach(self.today, self.seed)
        counted, below = review_last_year(units[CITY], self.today, office)
        named = run_rounds(units, officers, self.today, office)
        self._say(
            f"{lessons:,} lessons taught, {opinions:,} opinions, {counted:,} reviews ({below} below), {named} named"
        )

    def _learners(self, people, officers, office) -> None:
        """Only of those who have met the year's hours, so that the shares of the city stay what they are."""
        found = bands(people, self.seed)
        done = [one for staff_no, one in officers.items() if found[staff_no] == "done" and staff_no != WALKER]
        learnt = learn(done, self.today, self.seed)
        certify(learnt, User.objects.get(username="DISTRICT-OFFICE-XH"), office)
        self._say(f"{sum(1 for one in learnt if one.completed_at)} courses completed online")

    def _development(self, people, shapes, units, officers, signers) -> None:
        """Made by those who have met the year's hours, too."""
        found, tops = bands(people, self.seed), [units[shape.code] for shape in shapes if shape.teams]
        teams = {units[code].pk for shape in shapes for code in (shape.code, *shape.team_codes()) if shape.teams}
        done = [
            one for staff_no, one in officers.items()
            if found[staff_no] == "done" and staff_no != WALKER and one.unit_id in teams
        ]  # fmt: skip
        self._say(develop_courses(workshop(units, tops, done, signers, self.today)))

    def _book(self, people, cast) -> None:
        scribe = Scribe(cast, self.year)
        when = (self.year, self.today, self.seed, calendar_of(self.year), bands(people, self.seed))
        for stream, present in streams_of(people, cast, self.year).items():
            count = scribe.write(stream, lines_in(stream, present, cast, when))
            self._say(f"{stream}: {count:,} lines")
        scribe.close()
        self._say(f"{Entry.objects.count():,} ledger rows")

    def _tidy(self) -> None:
        """Statistics and the visibility map, without which the first pages would be slow."""
        call_command("rebuild_modelsearch_index", verbosity=0)
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        self._say("search index rebuilt, statistics gathered")

    def _say(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.begun:6.1f} s  {text}")
        self.stdout.flush()
