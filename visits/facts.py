"""What leaves this app: frozen values, never rows."""
