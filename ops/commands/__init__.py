"""The words of `ato`, one file for each area. They parse and print; the work is imported when it is needed."""
