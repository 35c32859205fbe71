"""Template tags of the pages: components and the words for dates."""
