"""What is learned or computed: plain functions and small classes over arrays and Arrow batches."""
