"""Fax: the window for sending, the lists of faxes, the viewer. Above the parts of the window, beside customer and calling."""
