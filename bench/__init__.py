"""What Licet costs, measured; run by ``make bench``."""
