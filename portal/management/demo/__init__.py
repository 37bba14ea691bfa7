"""The demo story, played through the same actions that people use, in time order: seeding is a test of the journey."""
