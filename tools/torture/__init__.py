"""Fault injection (`ato torture`): random cases, faults and kills, then a check for lost, doubled or reordered work."""
