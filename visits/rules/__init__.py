"""What may be, and what follows: pure rules by subject, each refusal by name."""
