"""Tints of the bands, as in static/css/pack.css. The words beside them say the same."""

BANDS = {"green": "CCE2D8", "yellow": "FFF2B3", "amber": "FBD7A5", "red": "F4B5AE"}
BLUE = "1D70B8"
GREY = "484949"
LINE = "B1B4B6"
FONT = "Arial"
