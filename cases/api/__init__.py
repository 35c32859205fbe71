"""The JSON API of cases, and what the API of every package shares: who acts, how an error is told."""
