"""Assembly only: the rooms register their own models."""
