"""How fast it is: run by `make bench`, skipped by `make test`."""
