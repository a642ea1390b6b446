"""What runs by itself, and when. Times are UTC, so that a clock change moves nothing.

A schedule is only a bell: each task asks the database what is owed, so a missed or doubled
ring does no harm.
"""

from celery.schedules import crontab

BEAT_SCHEDULE = {
    # Picks up whatever the message after a save did not: a dead broker, a killed worker.
    "drain-visit-rates": {
        "task": "visits.tasks.drain_visit_rates",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Works out every month from the rows and compares: a difference is an alarm.
    "nightly-visit-rate-sweep": {
        "task": "visits.tasks.sweep_visit_rates",
        "schedule": crontab(hour=2, minute=15),
        "options": {"expires": 3600 * 6},
    },
}
