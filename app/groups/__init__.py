"""Groups of people: made, renamed, archived and deleted, and who belongs to them since when."""
