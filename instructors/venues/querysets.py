from lms.kit.querysets import ScopedQuerySet


class VenueQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(is_open=True)
