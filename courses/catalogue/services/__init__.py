from courses.catalogue.services.publishing import freeze_version

__all__ = ["freeze_version"]
