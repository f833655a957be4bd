"""The directory of help near home: services from feeds, tables and staff, and the councils' own pages."""
