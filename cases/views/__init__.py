"""Pages of the cases package, grouped by what they are about."""
