"""Pages of hazard flags, decisions on school and virtual family contact."""

from django.urls import path

from visits.views import contacts, flags, school

urlpatterns = [
    path("children/<uuid:uid>/flags/", flags.child_flags, name="child_flags"),
    path("children/<uuid:uid>/flags/raise/", flags.raise_flag, name="raise_flag"),
    path("flags/waiting/", flags.flags_waiting, name="flags_waiting"),
    path("flags/<uuid:uid>/", flags.flag, name="flag"),
    path("flags/<uuid:uid>/agree/", flags.agree_to_flag, name="agree_to_flag"),
    path("flags/<uuid:uid>/review/", flags.review_flag, name="review_flag"),
    path("flags/<uuid:uid>/remove/", flags.clear_flag, name="clear_flag"),
    path("visiting/flags/", flags.flag_counts, name="flag_counts"),
    path("children/<uuid:uid>/school/", school.child_school, name="child_school"),
    path("children/<uuid:uid>/school/decide/", school.decide_school, name="decide_school"),
    path("visiting/school/", school.without_decision, name="school_gaps"),
    path("children/<uuid:uid>/family-contacts/", contacts.child_contacts, name="child_contacts"),
    path("children/<uuid:uid>/family-contacts/arrange/", contacts.arrange, name="arrange_contact"),
    path("family-contacts/<uuid:uid>/outcome/", contacts.outcome, name="contact_outcome"),
    path("visiting/family-contacts/", contacts.counts, name="contact_counts"),
]
