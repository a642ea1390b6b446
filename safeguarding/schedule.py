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
    # Files that wait for their check or their load.
    "run-imports": {
        "task": "visits.tasks.run_imports",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Works out every month from the rows and compares: a difference is an alarm.
    "nightly-visit-rate-sweep": {
        "task": "visits.tasks.sweep_visit_rates",
        "schedule": crontab(hour=2, minute=15),
        "options": {"expires": 3600 * 6},
    },
    # Cycles of returns open at six in the morning; a missed ring opens them at the next.
    "open-cycles": {
        "task": "partners.tasks.open_cycles",
        "schedule": 900.0,
        "options": {"expires": 890},
    },
    "switch-off-dormant-accounts": {
        "task": "accounts.tasks.switch_off_dormant_accounts",
        "schedule": crontab(hour=3, minute=5),
        "options": {"expires": 3600 * 6},
    },
    "clear-ended-sessions": {
        "task": "accounts.tasks.clear_ended_sessions",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600 * 6},
    },
    # A run whose worker was killed says so, instead of running for ever.
    "fail-silent-runs": {
        "task": "operations.tasks.fail_silent_runs",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "forget-used-tokens": {
        "task": "operations.tasks.forget_used_tokens",
        "schedule": crontab(hour=3, minute=35),
        "options": {"expires": 3600 * 6},
    },
    # Copies of notifications; what a mail server did not take is tried again after growing gaps.
    "send-mails": {
        "task": "operations.tasks.send_mails",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Mails of newsletters of guidance, tried again like copies of notifications.
    "deliver-newsletters": {
        "task": "guidance.tasks.deliver_newsletters",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # What is owed and not yet sent, however long the bell was silent.
    "remind-of-returns": {
        "task": "partners.tasks.remind",
        "schedule": 900.0,
        "options": {"expires": 890},
    },
    "remind-of-guidance": {
        "task": "guidance.tasks.remind",
        "schedule": 900.0,
        "options": {"expires": 890},
    },
    # The board's review of a month that is over; a missed night is made up for at the next.
    "compile-reviews": {
        "task": "riskregister.tasks.compile_reviews",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600 * 6},
    },
    # Meetings of the next 60 days; what was not planned while nothing ran is planned then.
    "plan-meetings": {
        "task": "partners.tasks.plan_meetings",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 3600 * 6},
    },
    # Risks above the board's appetite, and answers to the board that are late; each is told once.
    "propose-escalations": {
        "task": "riskregister.tasks.propose_escalations",
        "schedule": crontab(hour=5, minute=40),
        "options": {"expires": 3600 * 6},
    },
    # What a crash left of an upload, and workbooks that nobody saved, a day after.
    "sweep-files": {
        "task": "partners.tasks.sweep_files",
        "schedule": crontab(hour=4, minute=5),
        "options": {"expires": 3600 * 6},
    },
    # A concern whose answer is late is told of once to each who owes or follows it.
    "tell-of-overdue-concerns": {
        "task": "partners.tasks.tell_of_overdue_concerns",
        "schedule": 900.0,
        "options": {"expires": 890},
    },
    # Pages of issuers, where GUIDANCE_FETCH is on: each once a day, and slower while it cannot be read.
    "watch-guidance-sources": {
        "task": "guidance.tasks.watch_sources",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
}
