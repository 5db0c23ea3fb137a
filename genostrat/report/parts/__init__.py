"""What every section shares: parts of a page, figures' style, wording, results."""
