"""What all rooms of the presenter share: the view in the making, pending requests, ports."""
