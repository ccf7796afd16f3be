"""Spreadsheets: attachments in CSV and XLSX, parsed row by row, and written for tickets."""
