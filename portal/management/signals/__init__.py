"""A made-up round with planted frauds, and what it costs to find them."""
