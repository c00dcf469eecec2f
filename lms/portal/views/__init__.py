from lms.portal.views.officer import healthz, me, readyz, today

__all__ = ["healthz", "me", "readyz", "today"]
