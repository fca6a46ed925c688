"""Questions asked of a run: pure functions from networks and their iterations to numbers."""
