"""Names and limits of the partnership's work, with their source."""

from partners.constants.history import *  # noqa: F403
from partners.constants.learning import *  # noqa: F403
from partners.constants.meetings import *  # noqa: F403
from partners.constants.organisations import *  # noqa: F403
from partners.constants.plans import *  # noqa: F403
from partners.constants.returns import *  # noqa: F403
from partners.constants.work import *  # noqa: F403
