"""The five journeys in a real browser: every page they touch is accessible, narrow enough, and silent about names."""
