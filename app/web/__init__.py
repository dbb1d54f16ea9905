"""Floor 6: what knows HTTP; guards, forms, pages, and the middleware around them."""
