"""Pages of evidence files, of the offline workbook of a return, and of its print."""

from django.urls import path

from partners.views import files, workbook

urlpatterns = [
    path("returns/<uuid:uid>/files/", files.return_files, name="return_files"),
    path("returns/<uuid:uid>/files/attach/", files.attach_return_file, name="attach_return_file"),
    path("returns/files/<uuid:uid>/", files.return_file, name="return_file"),
    path("returns/files/<uuid:uid>/remove/", files.remove_return_file, name="remove_return_file"),
    path("actions/<uuid:uid>/files/", files.action_files, name="action_files"),
    path("actions/<uuid:uid>/files/attach/", files.attach_action_file, name="attach_action_file"),
    path("actions/files/<uuid:uid>/", files.action_file, name="action_file"),
    path("actions/files/<uuid:uid>/remove/", files.remove_action_file, name="remove_action_file"),
    path("returns/<uuid:uid>/workbook/", workbook.return_workbook, name="return_workbook"),
    path("returns/<uuid:uid>/workbook/download/", workbook.workbook_out, name="return_workbook_out"),
    path("returns/<uuid:uid>/workbook/<uuid:upload>/", workbook.workbook_in, name="return_workbook_in"),
    path("returns/<uuid:uid>/print/", workbook.print_return, name="print_return"),
    path("returns/<uuid:uid>/print/blank/", workbook.print_blank, name="print_blank_return"),
]
