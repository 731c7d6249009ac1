"""What rendered pages cost, and how they stand on screens; run by `make bench`."""
