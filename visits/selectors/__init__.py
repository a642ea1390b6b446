"""Reads for pages, jobs and the apps above: a door of this app."""
