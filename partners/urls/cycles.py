"""Pages of cycles."""

from django.urls import path

from partners.views import calendar, cycles

urlpatterns = [
    path("cycles/", cycles.cycles, name="cycles"),
    path("cycles/calendar/", calendar.cycle_calendar, name="cycle_calendar"),
    path("cycles/calendar/rule/", calendar.set_cycle_rule, name="set_cycle_rule"),
    path("cycles/calendar/rule/remove/", calendar.remove_cycle_rule, name="remove_cycle_rule"),
    path("cycles/calendar/pause/", calendar.set_cycle_pause, name="set_cycle_pause"),
    path("cycles/calendar/pause/<uuid:uid>/lift/", calendar.lift_cycle_pause, name="lift_cycle_pause"),
    path("cycles/<uuid:uid>/", cycles.cycle, name="cycle"),
    path("cycles/<uuid:uid>/close/", cycles.close_cycle, name="close_cycle"),
    path("cycles/<uuid:uid>/reopen/", cycles.reopen_cycle, name="reopen_cycle"),
    path("cycles/<uuid:uid>/returns/<uuid:return_uid>/extend/", cycles.extend_return, name="extend_return"),
]
