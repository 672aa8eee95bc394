"""A whole stack on one machine: the Elasticsearch node, the stand-in platforms, the made-up world they serve."""
