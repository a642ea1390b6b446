"""Pages of records: permission, fetch, one call, answer."""
