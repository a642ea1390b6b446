"""Pages of meetings and panels."""

from django.urls import path

from partners.views import agendas, meetings, panels, series

urlpatterns = [
    path("meetings/", series.meetings, name="meetings"),
    path("meetings/minutes/", series.minutes_open, name="minutes_open"),
    path("meetings/series/add/", series.add_series, name="add_series"),
    path("meetings/series/<uuid:uid>/", series.series, name="series"),
    path("meetings/series/<uuid:uid>/members/", series.series_members, name="series_members"),
    path("meetings/series/<uuid:uid>/rhythm/", series.series_cadence, name="series_cadence"),
    path("meetings/series/<uuid:uid>/pause/", series.pause_series, name="pause_series"),
    path("meetings/series/<uuid:uid>/resume/", series.resume_series, name="resume_series"),
    path("meetings/<uuid:uid>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:uid>/print/", meetings.meeting_print, name="meeting_print"),
    path("meetings/<uuid:uid>/move/", meetings.move_meeting, name="move_meeting"),
    path("meetings/<uuid:uid>/cancel/", meetings.cancel_meeting, name="cancel_meeting"),
    path("meetings/<uuid:uid>/attendance/", meetings.meeting_attendance, name="meeting_attendance"),
    path("meetings/<uuid:uid>/agenda/build/", agendas.build_agenda, name="build_agenda"),
    path("meetings/<uuid:uid>/agenda/issue/", meetings.issue_agenda, name="issue_agenda"),
    path("meetings/<uuid:uid>/agenda/take-back/", meetings.take_agenda_back, name="take_agenda_back"),
    path("meetings/<uuid:uid>/agenda/add/", agendas.add_agenda_item, name="add_agenda_item"),
    path("meetings/<uuid:uid>/minutes/", agendas.meeting_minutes, name="meeting_minutes"),
    path("meetings/<uuid:uid>/minutes/agree/", agendas.agree_minutes, name="agree_minutes"),
    path("meetings/<uuid:uid>/minutes/correct/", agendas.correct_minutes, name="correct_minutes"),
    path("meetings/items/<uuid:uid>/", agendas.agenda_item, name="agenda_item"),
    path("meetings/items/<uuid:uid>/place/", agendas.shift_agenda_item, name="shift_agenda_item"),
    path("meetings/items/<uuid:uid>/remove/", agendas.remove_agenda_item, name="remove_agenda_item"),
    path("meetings/items/<uuid:uid>/notes/", agendas.item_notes, name="item_notes"),
    path("panels/", panels.panels, name="panels"),
    path("panels/<uuid:uid>/", panels.panel, name="panel"),
    path("panels/<uuid:uid>/audits/add/", panels.plan_panel_audit, name="plan_panel_audit"),
    path("panels/audits/<uuid:uid>/", panels.finish_panel_audit, name="finish_panel_audit"),
]
