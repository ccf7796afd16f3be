"""Setting the desk up and looking after it: what an installation must have, and whether it has it."""
