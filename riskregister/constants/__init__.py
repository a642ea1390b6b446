"""Names and limits of the risk register and the board's review, with their source."""

from riskregister.constants.register import *  # noqa: F403
from riskregister.constants.review import *  # noqa: F403
from riskregister.constants.work import *  # noqa: F403
