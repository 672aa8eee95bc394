"""What one step does: one file per step, one pure transform and one `main(argv)` each."""
