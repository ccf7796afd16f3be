"""Simulated back office ("Admin") over real HTTP: customer profiles, orders, wallets and the actions on them."""
