"""The drawing of a rating's course, in papers."""

from django import template
from django.utils.safestring import SafeString

from dashboards.pack.drawing import course_svg
from dashboards.pack.elements import Course

register = template.Library()


@register.filter
def drawing(course: Course) -> SafeString:
    return course_svg(course)
