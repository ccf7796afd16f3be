"""What happens on an occasion: one file each, three lines long. A handler carries a vendor's body and never opens it."""
