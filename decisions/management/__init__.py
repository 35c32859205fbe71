"""Commands that need decisions."""
