"""How good and how fast: one file per measurement, `python -m bench.NAME FOLDER`; the last line is one JSON object."""
