"""Assembly only: the rooms have no tasks yet."""
