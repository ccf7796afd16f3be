"""The running bot: wires all parts together and starts them."""
