"""What Taller costs: measured beside something one can compare it with, in one run."""
