"""What a batch of certificates costs: printed and signed by several processes, none of them kept."""

import resource
import time
from multiprocessing import get_context

from django.db import transaction

from lms.certificates import seal
from lms.certificates.models import CertificateDesign
from lms.certificates.paper import render
from lms.certificates.services.designs import sample_sheet
from lms.certificates.services.issuing import number_certificate

ADDRESS = "https://xuetang.example"


def print_sheets(design: CertificateDesign, sheets: int) -> float:
    """Returns the peak memory of this process in MB."""
    for _ in range(sheets):
        seal.provider().seal(render(sample_sheet(design, ADDRESS)), reason=design.title)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_many(design: CertificateDesign, sheets: int, processes: int) -> tuple[float, float]:
    """(seconds, peak MB of one process), starting the processes and loading the fonts included."""
    begun = time.perf_counter()
    shares = [sheets // processes + (place < sheets % processes) for place in range(processes)]
    with get_context("fork").Pool(processes) as pool:
        peaks = pool.starmap(print_sheets, [(design, share) for share in shares], chunksize=1)
    return time.perf_counter() - begun, max(peaks)


def number_many(entitlements) -> float:
    """Seconds for one number with its row and audit, in a transaction that is taken back."""
    begun = time.perf_counter()
    with transaction.atomic():
        for entitlement in entitlements:
            number_certificate(entitlement, actor="bench")
        taken = time.perf_counter() - begun
        transaction.set_rollback(True)
    return taken / len(entitlements)
