"""The platforms' own APIs on this machine, serving a made-up world or recorded pages."""
