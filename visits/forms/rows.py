"""The button beside a row of a list: which row it is about."""

from django import forms
from django.http import Http404


class RowForm(forms.Form):
    row = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def row_id(self) -> int:
        """The row's key. A value that no page sent is a row that is not there: 404."""
        if not self.is_valid():
            raise Http404
        return self.cleaned_data["row"]
