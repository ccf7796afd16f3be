"""A pretend back office ("Admin") over real HTTP: customers' profiles, orders, wallets, and what may be done to them."""
