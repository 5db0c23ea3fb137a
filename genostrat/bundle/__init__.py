"""What a centre may give to others: aggregates that passed a disclosure check."""
