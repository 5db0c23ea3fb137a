"""What is known of pharmacogenes: its sources, read and checked."""
