"""What every app may lean on; it leans on none of them."""
