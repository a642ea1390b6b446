"""Reading files of teams, plans and visits: a stream of checked rows into a staging table, then
set-based checks against the records, then the load. Memory does not grow with the file."""
