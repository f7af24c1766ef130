"""Reports (报表) as table, chart and file."""
