"""Forms of disputes: the questions people are asked."""
