"""From counts to charts, sentences and tables. Pure: no database, no clock, no settings."""
