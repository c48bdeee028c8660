"""A small web of our own with a planted crisis, and the virtual clock it is served by."""
