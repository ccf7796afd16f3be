"""Back office adapter ("Admin"): over HTTP as `docs/backoffice-openapi.yaml` describes it, or by hand."""
