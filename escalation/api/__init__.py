"""The JSON API of disputes, notices and protocols: the same acts and the same visibility as the pages."""
