"""Pages of absence and cover, of keeping in touch, and the worklists."""

from django.urls import path

from visits.views import check_ins, cover, worklists

urlpatterns = [
    path("work/visits/", worklists.my_visits, name="my_visits"),
    path("work/queue/", worklists.queue, name="queue"),
    path("cover/", cover.cover, name="cover"),
    path("cover/absences/record/", cover.record_absence, name="record_absence"),
    path("cover/absences/<uuid:uid>/", cover.end_absence, name="end_absence"),
    path("cover/caseloads/<uuid:uid>/", cover.cover_caseload, name="cover_caseload"),
    path("cover/<uuid:uid>/end/", cover.end_cover, name="end_cover"),
    path("children/<uuid:uid>/cover/", cover.cover_child, name="cover_child"),
    path("check-ins/", check_ins.check_ins, name="check_ins"),
    path("check-ins/<uuid:uid>/", check_ins.mark_check_ins, name="mark_check_ins"),
]
