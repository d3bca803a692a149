"""Programs that try to lose or leak what a library holds. `python -m tests.torture` runs all of them."""
