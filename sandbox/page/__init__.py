"""Web page of the sandbox: a browser client of the control API without state beyond the view."""
