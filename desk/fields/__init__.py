"""Fields: parsing, validation, normalization and formatting of typed values."""
