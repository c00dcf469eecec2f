from celery import shared_task

from lms.jobs.outbox import TASK
from lms.jobs.running import run_job


@shared_task(name=TASK, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run(job_id: int) -> None:
    run_job(job_id)
