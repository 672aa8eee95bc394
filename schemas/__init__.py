"""What a table is: one file per table, everything else derives from it."""
