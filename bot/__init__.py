"""The running bot: wires everything and starts it."""
