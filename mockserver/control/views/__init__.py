"""JSON views of the control API: a struct per view, and the function that fills it.

The server fills the views, and its clients decode them. Instants are text in ISO 8601, to the microsecond.
"""
