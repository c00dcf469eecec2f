from lms.kit.querysets import ScopedQuerySet


class NoticeQuerySet(ScopedQuerySet):
    owner_lookup = "made_by"


class DeliveryQuerySet(ScopedQuerySet):
    """Visible through the receiver's unit of today; his own are on his own page."""

    unit_lookup = "user__officer__unit"

    def of(self, user):
        """What a person finds in his list of messages."""
        return self.filter(user=user, channel="IN_APP")

    def unread(self):
        return self.filter(read_at=None)

    def mail_to_send(self):
        return self.filter(channel="EMAIL", state="WAITING")
