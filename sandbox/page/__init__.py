"""The sandbox's page: a client of the control room in a browser, with nothing of its own but what it shows."""
