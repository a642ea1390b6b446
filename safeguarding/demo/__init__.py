"""The demonstration world: an invented safeguarding partnership with ten years of visits.

Its people, places and children are made up; its visit rates equal the published ones where some
were published (`targets`), and go on plausibly everywhere else. `population.build` makes the rows
without a database, the same ones every time; `loading.load` writes them.
"""
