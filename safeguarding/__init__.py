"""Wiring on top (settings, urls, celery, schedule, checks) and a tiny kernel beneath."""

from safeguarding.celery import app as celery_app

__all__ = ("celery_app",)
