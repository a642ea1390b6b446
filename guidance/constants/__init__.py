"""Names, codes and limits of the register of guidance."""

from guidance.constants.dissemination import *  # noqa: F403
from guidance.constants.easements import *  # noqa: F403
from guidance.constants.reach import *  # noqa: F403
from guidance.constants.register import *  # noqa: F403
