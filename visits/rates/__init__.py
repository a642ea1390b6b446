"""The visit-rate engine: how stored cells and rates follow the records (docs/visit-rates.md)."""
