"""Documents as pages: text, PDF, images and statements become TIFF class F (RFC 2306), received faxes PDF and pictures.

Programs of their own, since the files come from outside: ``python -m switch_server.documents`` by hand, ``python -m switch_server.documents.job``
for the switch (``services.documents``, which never reads such a file itself).
"""
