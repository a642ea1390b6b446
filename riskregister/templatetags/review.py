"""What templates need to show a review's blocks (templates/riskregister/reviews/_block.html)."""

from typing import Any

from django import template
from django.utils import timezone

from riskregister.facts.content import Block
from riskregister.presenters import blocks
from riskregister.selectors.row_links import Links

register = template.Library()
_KEPT = "_review_links"


@register.simple_tag(takes_context=True)
def shown_block(context: template.RequestContext, block: Block) -> dict[str, Any]:
    """A block with the links that the page's reader may open; without a reader, without links."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return blocks.shown(block, Links(None, at=timezone.now()))
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, Links(request.user, at=timezone.now()))
    return blocks.shown(block, getattr(request, _KEPT))
