"""Which rows of one table, or of two, are the same thing: any columns, with labels or without."""
