"""The doors to the outside: lake, archive, ledger, Elasticsearch, environment."""
