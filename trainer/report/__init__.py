"""A run as one page that needs nothing else: report.html. No torch."""
