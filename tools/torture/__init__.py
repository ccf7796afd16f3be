"""`ato torture`: cases, faults and kills at random, and from outside whether anything was lost, doubled or disordered."""
