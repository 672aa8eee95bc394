"""When each step runs, and in what order."""
