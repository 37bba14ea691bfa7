"""The round of the bench: thousands of needs and offers, scored and given out, beside bare numpy and the bare solver."""
