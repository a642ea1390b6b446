"""The board's paper in every form: one model of what it shows, and a writer for each form."""
