"""Application services: everything asynchronous, and the ports it uses."""
