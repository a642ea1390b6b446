"""Writes: each one transaction of lock, rules, change, history, audit event and mark of what is stale."""
