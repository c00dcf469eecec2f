"""A batch of certificates, printed and signed by several processes and not kept."""

import resource
import time
from multiprocessing import get_context

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import CommandError
from django.db import transaction
from weasyprint import HTML

from lms.certificates import paper, seal, wording
from lms.certificates.entitlement import Entitlement
from lms.certificates.models import CertificateDesign, Kind
from lms.certificates.services.designs import SAMPLE_FACTS
from lms.certificates.services.issuing import new_code, number_certificate
from lms.people.models import Officer
from lms.portal.benchmarks.measuring import Figures, worked

PROCESSES, WARM, NUMBERED = 2, 20, 100
ADDRESS = "https://xuetang.example/verify/"


def printing(figures: Figures, officer, sheets: int) -> None:
    """Each sheet has a name and a code of its own. The ceiling: its words alone on a page, drawn by WeasyPrint."""
    design, names = _design(), list(Officer.objects.values_list("name", flat=True)[:sheets])
    printed = paper.render(_sheet(design, names[0]))
    bare = worked(lambda: _bare(design, names[0]), WARM)
    key = ec.generate_private_key(ec.SECP256R1())
    signature = worked(lambda: key.sign(printed, ec.ECDSA(hashes.SHA256())), WARM)
    rendered = worked(lambda: paper.render(_sheet(design, names[0])), WARM)
    sealed = worked(lambda: seal.provider().seal(printed, reason=design.title), WARM)
    figures.put("certificate_rendered_cpu", rendered * 1000, "ms", WARM, bare * 1000)
    figures.put("certificate_sealed_cpu", sealed * 1000, "ms", WARM, signature * 1000)
    taken, peak = _print_many(design, names, sheets)
    best = (bare + signature) * sheets / PROCESSES
    figures.put(f"certificates_signed_by_{PROCESSES}_processes", taken, "s", sheets, best)
    figures.put(f"certificates_signed_a_second_by_{PROCESSES}_processes", sheets / taken, "/s", sheets, sheets / best)
    figures.put("certificates_peak_memory_of_a_process", peak, "MB", sheets)


def numbering(figures: Figures, officer) -> None:
    """One number with its row and audit, in a transaction that is taken back."""
    _design()
    people = Officer.objects.select_related("unit", "user")[:NUMBERED]
    merits = [
        Entitlement(one, one.unit, Kind.COMPLETION, f"bench:{one.pk}", {**SAMPLE_FACTS, "name": one.name})
        for one in people
    ]
    begun = time.perf_counter()
    with transaction.atomic():
        for merit in merits:
            number_certificate(merit, actor="bench")
        taken = time.perf_counter() - begun
        transaction.set_rollback(True)
    figures.put("certificate_numbered", taken / len(merits) * 1000, "ms", len(merits))


def _design() -> CertificateDesign:
    design = CertificateDesign.objects.in_use(Kind.COMPLETION)
    if design is None:
        raise CommandError("Install a design first: manage.py load_design")
    return design


def _sheet(design: CertificateDesign, name: str) -> dict:
    code = new_code()
    facts = {**SAMPLE_FACTS, "name": name, "number": f"{design.prefix}〔2026〕000001号", "issued_on": "2026-11-01"}
    return paper.sheet(design, facts, code=code, verify_url=f"{ADDRESS}{code}/")


def _bare(design: CertificateDesign, name: str) -> None:
    words, tools = wording.plain(design.body, {**SAMPLE_FACTS, "name": name}), paper.press()
    page = f'<html lang="zh-CN"><title>x</title><h1>{design.title}</h1><p style="font-family: Certificate">{words}'
    HTML(string=page).write_pdf(stylesheets=tools.styles, font_config=tools.fonts, pdf_variant="pdf/ua-1")


def _print_some(design: CertificateDesign, names: list[str], sheets: int) -> float:
    """Returns the peak memory of this process in MB."""
    for place in range(sheets):
        seal.provider().seal(paper.render(_sheet(design, names[place % len(names)])), reason=design.title)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _print_many(design: CertificateDesign, names: list[str], sheets: int) -> tuple[float, float]:
    begun = time.perf_counter()
    shares = [sheets // PROCESSES + (place < sheets % PROCESSES) for place in range(PROCESSES)]
    with get_context("fork").Pool(PROCESSES) as pool:
        peaks = pool.starmap(
            _print_some, [(design, names[at::PROCESSES] or names, share) for at, share in enumerate(shares)], 1
        )
    return time.perf_counter() - begun, max(peaks)
