"""How Django itself writes days and times where no template of the house does (the admin): one style in both languages."""
