"""A small believable group of companies, loaded through the API as an ERP would, served and shown."""
