"""What is typed about records, cleaned."""
