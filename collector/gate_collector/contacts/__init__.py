"""Close contacts (密切接触者) of a hold, traced over both doors and judged by the office."""
