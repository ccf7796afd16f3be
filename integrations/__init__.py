"""One package per outside system. None of them imports another; the running bot hands them to each other."""
