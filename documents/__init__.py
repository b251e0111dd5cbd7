"""What gets printed: layout, forms, numbering and rendering."""
