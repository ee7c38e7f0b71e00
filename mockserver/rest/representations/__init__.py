"""From values to bytes: recordings, pages and errors as JSON, XML, CSV and HTML."""
