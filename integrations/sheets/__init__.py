"""Sheets that people attach: CSV and XLSX, read row by row, and written for the ticket."""
