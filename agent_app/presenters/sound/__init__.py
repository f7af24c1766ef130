"""The desk's phone, its devices and volumes."""
