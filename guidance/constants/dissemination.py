"""Channels, and what is sent through them."""

from django.db.models import TextChoices

__all__ = ["LENGTH_OF", "Channel", "DispatchState", "NewsletterState", "ProofKind"]


class Channel(TextChoices):
    """The Staffordshire and Stoke paper names liaison, Twitter, Facebook, website and newsletter."""

    TWITTER = "twitter", "Twitter"
    FACEBOOK = "facebook", "Facebook"
    WEBSITE = "website", "Website"
    NEWSLETTER = "newsletter", "Newsletter"
    EMAIL = "email", "E-mail"
    TEAMS = "teams", "Teams or intranet"
    LIAISON = "liaison", "Liaison with partners"


# Characters that a text may have. Twitter's own limit is 280, and a link counts as 23 (t.co) whatever its
# length; the others are the lengths that are still read, not technical limits.
LENGTH_OF = {
    Channel.TWITTER: 280,
    Channel.FACEBOOK: 1000,
    Channel.WEBSITE: 5000,
    Channel.NEWSLETTER: 1500,
    Channel.EMAIL: 5000,
    Channel.TEAMS: 2000,
    Channel.LIAISON: 2000,
}


class DispatchState(TextChoices):
    PLANNED = "planned", "To be sent"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Not sent"


class ProofKind(TextChoices):
    """What shows that it was sent."""

    LINK = "link", "Link to it"
    REFERENCE = "reference", "Number or reference"
    WITNESS = "witness", "Somebody saw it"


class NewsletterState(TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
