"""The company's back office ("Admin"): over HTTP as `docs/backoffice-openapi.yaml` describes it, or by hand."""
